import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../job-store.ts'
import { stateOf } from '../state-of.ts'

/** Returns a page of the jobs that match, newest first. */
export function listJobs(
  all: readonly StoredJob[],
  { tenantId, state, event, limit, cursor }: ListQuery,
): { jobs: StoredJob[]; cursor?: string } {
  // Ids increase with time, so the last id of a page marks where the next page begins, even if jobs were sent in
  // between.
  const found = all.filter(
    (job) =>
      (cursor === undefined || job.envelope.id < cursor) &&
      (tenantId === undefined || job.envelope.tenantId === tenantId) &&
      (event === undefined || job.envelope.event === event) &&
      (state === undefined || stateOf(job) === state),
  )
  const jobs = found.toSorted(newestFirst).slice(0, limit)
  return found.length > limit ? { jobs, cursor: jobs.at(-1)!.envelope.id } : { jobs }
}

function newestFirst(a: StoredJob, b: StoredJob): number {
  return a.envelope.id < b.envelope.id ? 1 : -1
}
