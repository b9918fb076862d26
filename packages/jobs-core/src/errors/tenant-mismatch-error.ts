import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Thrown when the tenant of a payload differs from that of the `forTenant` client that sends it. */
export class TenantMismatchError extends JobsError {
  override readonly name = 'TenantMismatchError'
  readonly code = 'tenant_mismatch'
  /** The tenant of the client. */
  readonly tenantId: string

  constructor({ event, tenantId }: { event: string; tenantId: string }) {
    super(
      `\`${event}\` was not sent: its \`tenantId\` is not \`${tenantId}\`, the tenant of this client. ` +
        'Omit `tenantId`, or send through the client of the other tenant.',
    )
    this.tenantId = tenantId
  }

  static override isInstance(error: unknown): error is TenantMismatchError {
    return hasErrorCode(error, 'tenant_mismatch')
  }
}
