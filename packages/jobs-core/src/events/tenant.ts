import { textProblem } from '../options/text-problem.ts'
import { systemTenantId } from './reserved-names.ts'

/** Describes the problem of a tenant's id, to complete "`tenantId` …". Returns `undefined` for a valid id. */
export function tenantProblem(tenantId: unknown): string | undefined {
  if (tenantId === undefined || tenantId === null) return 'is missing'
  if (tenantId === systemTenantId) return `is \`${systemTenantId}\`, which is reserved for cron jobs without tenants`
  return textProblem(tenantId)
}
