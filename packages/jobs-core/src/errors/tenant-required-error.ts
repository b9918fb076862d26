import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when a send has an invalid `tenantId`: missing, not a string, empty, blank, or reserved for cron jobs. */
export class TenantRequiredError extends JobsError {
  override readonly name = 'TenantRequiredError'
  readonly code = 'tenant_required'
  /** The name of the event. */
  readonly event: string

  constructor({ event, problem }: { event: string; problem: string }) {
    super(
      `The \`tenantId\` of ${quote(event)} ${problem}. ` +
        'Set `tenantId` in the payload, or send through `client.forTenant(id)`.',
    )
    this.event = event
  }

  static override isInstance(error: unknown): error is TenantRequiredError {
    return hasErrorCode(error, 'tenant_required')
  }
}
