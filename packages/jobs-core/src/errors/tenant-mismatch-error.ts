import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when a payload or a `listJobs` call of a `forTenant` client names a different tenant. */
export class TenantMismatchError extends JobsError {
  override readonly name = 'TenantMismatchError'
  readonly code = 'tenant_mismatch'
  /** The tenant of the client. */
  readonly tenantId: string

  constructor({ operation, tenantId }: { operation: string; tenantId: string }) {
    super(
      `The \`tenantId\` of ${quote(operation)} is not ${quote(tenantId)}, the tenant of this client. ` +
        'Omit `tenantId`, or use the client of the other tenant.',
    )
    this.tenantId = tenantId
  }

  static override isInstance(error: unknown): error is TenantMismatchError {
    return hasErrorCode(error, 'tenant_mismatch')
  }
}
