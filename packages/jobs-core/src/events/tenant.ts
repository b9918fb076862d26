import { textProblem } from '../options/text-problem.ts'
import { systemTenantId } from '../values/reserved-names.ts'

/**
 * Describes the problem of a tenant's id, to complete "`tenantId` …". Returns `undefined` for a valid id.
 *
 * @param allowsSystem - whether the platform's own tenant is valid, too
 */
export function tenantProblem(tenantId: unknown, allowsSystem = false): string | undefined {
  if (tenantId === undefined || tenantId === null) return 'is missing'
  if (tenantId === systemTenantId) {
    return allowsSystem ? undefined : `is \`${systemTenantId}\`, which is reserved for the platform`
  }
  return textProblem(tenantId)
}
