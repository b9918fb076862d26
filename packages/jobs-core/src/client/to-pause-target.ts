import { tenantProblem } from '../events/tenant.ts'
import { idOption } from '../jobs/definition-options.ts'
import type { PauseTarget } from '../jobs/pause.ts'
import { checkOptionNames, invalidOption } from '../options/check-option-names.ts'

const remedy = "Name one of them: `{ definitionId: 'send-email' }` or `{ tenantId: 'tenant_123' }`."

/**
 * Checks the target of `pauseJobs` or `resumeJobs`. The definition may be unknown here: this process may only send.
 *
 * @throws {InvalidOptionError} for a target that does not name exactly one definition or tenant.
 */
export function toPauseTarget(operation: 'pauseJobs' | 'resumeJobs', given: unknown): PauseTarget {
  checkOptionNames(`\`${operation}\``, given, ['definitionId', 'tenantId'])
  const target = (given ?? {}) as Readonly<Record<string, unknown>>
  const [name, other] = Object.keys(target)
  if (name === undefined) throw invalidOption('definitionId', 'is missing, and so is `tenantId`', remedy)
  // Also if one of them is undefined: `{ definitionId, tenantId: user?.tenantId }` would concern all tenants.
  if (other !== undefined) throw invalidOption(name, `cannot be combined with \`${other}\``, remedy)
  if (name === 'definitionId') return { definitionId: idOption.read(target[name] as string, name, invalidOption) }
  const problem = tenantProblem(target['tenantId'], true)
  if (problem) throw invalidOption('tenantId', problem, 'Pass the id of a tenant, or `system` for the platform.')
  return { tenantId: target['tenantId'] as string }
}
