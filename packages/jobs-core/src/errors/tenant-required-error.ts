import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A send without a usable `tenantId`: missing, not a string, empty, blank, or the one reserved for cron jobs. */
export class TenantRequiredError extends JobsError {
  override readonly name = 'TenantRequiredError'
  readonly code = 'tenant_required'
  /** The event that was sent without a tenant. */
  readonly event: string

  constructor({ event, problem }: { event: string; problem: string }) {
    super(
      `The \`tenantId\` of \`${event}\` ${problem}. ` +
        'Put the id of the tenant into the payload as `tenantId`, or send through `client.forTenant(id)`.',
    )
    this.event = event
  }

  static override isInstance(error: unknown): error is TenantRequiredError {
    return hasErrorCode(error, 'tenant_required')
  }
}
