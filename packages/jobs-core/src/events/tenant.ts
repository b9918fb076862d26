import { kindOf } from '../options/kind-of.ts'
import { systemTenantId } from './reserved-names.ts'

/** What is wrong with a tenant's id, in words that follow `tenantId`, or `undefined` when nothing is. */
export function tenantProblem(tenantId: unknown): string | undefined {
  if (tenantId === undefined || tenantId === null) return 'is missing'
  if (typeof tenantId !== 'string') return `is ${kindOf(tenantId)}, not a string`
  if (tenantId === '') return 'is empty'
  if (tenantId.trim() === '') return 'is blank'
  if (tenantId === systemTenantId) return `is \`${systemTenantId}\`, which is kept for cron jobs without tenants`
  return undefined
}
