import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { ListQuery } from '../provider/job-page.ts'
import type { ListOptions } from './job-client.ts'

const states = ['scheduled', 'queued', 'running', 'retrying', 'completed', 'failed', 'cancelled', 'expired']

/** @throws {InvalidOptionError} for a filter or a limit that cannot be used. */
export function toListQuery({ tenantId, state, event, limit = 50, cursor, ...unknown }: ListOptions): ListQuery {
  // Passed by, a misspelt `tenantId` would list the jobs of all tenants.
  const [option] = Object.keys(unknown)
  if (option !== undefined) {
    const remedy = 'The filters are tenantId, state, event, limit, cursor.'
    throw new InvalidOptionError({ option, problem: 'is not a filter of `listJobs`', remedy })
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
