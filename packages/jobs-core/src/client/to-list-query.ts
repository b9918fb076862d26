import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import type { ListQuery } from '../provider/job-page.ts'
import { checkOptionNames } from '../options/check-option-names.ts'
import type { ListOptions } from './job-client.ts'

const states = ['scheduled', 'queued', 'running', 'retrying', 'completed', 'failed', 'cancelled', 'expired']

/** @throws {InvalidOptionError} for a filter or a limit that cannot be used. */
export function toListQuery(options: ListOptions): ListQuery {
  // Passed by, a misspelt `tenantId` would list the jobs of all tenants.
  checkOptionNames('`listJobs`', options, ['tenantId', 'state', 'event', 'limit', 'cursor'])
  const { tenantId, state, event, limit = 50, cursor } = options
  // So would one that is there and holds nothing: `{ tenantId: user?.tenantId }`.
  if ('tenantId' in options && (typeof tenantId !== 'string' || tenantId.trim() === '')) {
    const problem = typeof tenantId === 'string' ? 'is blank' : `is ${kindOf(tenantId)}`
    throw new InvalidOptionError({
      option: 'tenantId',
      problem,
      remedy: 'Give the id of a tenant, or leave it out for all.',
    })
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new InvalidOptionError({
      option: 'limit',
      problem: `is \`${String(limit)}\``,
      remedy: 'Give a whole number from 1 to 1,000.',
    })
  }
  if (state !== undefined && !states.includes(state)) {
    throw new InvalidOptionError({
      option: 'state',
      problem: `is \`${String(state)}\``,
      remedy: `The states are ${states.join(', ')}.`,
    })
  }
  return {
    limit,
    ...(tenantId !== undefined && { tenantId }),
    ...(state !== undefined && { state }),
    ...(event !== undefined && { event }),
    ...(cursor !== undefined && { cursor }),
  }
}
