import type { JobCount } from '@cgk-platform/jobs-core/inspect'
import {
  InvalidOptionError,
  JobNotFoundError,
  JobNotVisibleError,
  UnsupportedFeatureError,
} from '@cgk-platform/jobs-core/errors'

import type { Access } from '../access/authorize-request.ts'
import type { Scope } from '../access/scope-of.ts'

const maxDefinitions = 20

/** Finds what has a text as its name: a job by its id, jobs by a reference or a tenant, and definitions by a part of their ids. */
export async function findAnything(scope: Scope, { tenants }: Access, text: string): Promise<unknown> {
  const { inspect, tenantId } = scope
  const lower = text.toLowerCase()
  const isTenant = tenants === 'all' ? tenantId === undefined : tenants.includes(text)
  const [job, reference, definitions, tenant] = await Promise.all([
    unless([JobNotFoundError, JobNotVisibleError], inspect.getJob(text)),
    unless([UnsupportedFeatureError, InvalidOptionError], inspect.countJobs({ reference: text })),
    scope.listDefinitions(),
    isTenant ? countOf(scope, text) : undefined,
  ])
  return {
    ...(job && { job: { id: job.id, event: job.event, tenantId: job.tenantId, state: job.state } }),
    ...(reference && mayExist(reference) && { reference: toCount(reference) }),
    ...(tenant && mayExist(tenant) && { tenant: toCount(tenant) }),
    definitions: definitions
      .map(({ id }) => id)
      .filter((id) => id.toLowerCase().includes(lower))
      .slice(0, maxDefinitions),
  }
}

/** Counts the jobs of a tenant: of the scope's, or of one that a user of all tenants names. */
function countOf({ inspect, tenantId }: Scope, text: string): Promise<JobCount> | undefined {
  if (tenantId === undefined) return inspect.countJobs({ tenantId: text })
  return tenantId === text ? inspect.countJobs() : undefined
}

/** An engine that does not count has looked at its newest jobs only. */
function mayExist({ count, isExact }: JobCount): boolean {
  return count > 0 || !isExact
}

function toCount({ count, isExact }: JobCount): JobCount {
  return { count, isExact }
}

/** Returns nothing for an error of these kinds. */
async function unless<T>(
  kinds: readonly { isInstance(error: unknown): boolean }[],
  result: Promise<T>,
): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (kinds.some((kind) => kind.isInstance(error))) return undefined
    throw error
  }
}
