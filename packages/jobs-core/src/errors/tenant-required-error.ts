import { systemTenantId } from '../values/reserved-names.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when a send has an invalid `tenantId`: missing, not a string, empty, blank, or reserved for the platform. */
export class TenantRequiredError extends JobsError {
  override readonly name = 'TenantRequiredError'
  readonly code = 'tenant_required'
  /** The name of the event. */
  readonly event: string

  constructor({ event, problem, tenantId }: { event: string; problem: string; tenantId?: unknown }) {
    const remedy =
      tenantId === systemTenantId
        ? 'To send for the platform, use `client.forSystem()`.'
        : 'Set `tenantId` in the payload, or send through `client.forTenant(id)`.'
    super(`The \`tenantId\` of ${quote(event)} ${problem}. ${remedy}`)
    this.event = event
  }

  static override isInstance(error: unknown): error is TenantRequiredError {
    return hasErrorCode(error, 'tenant_required')
  }
}
