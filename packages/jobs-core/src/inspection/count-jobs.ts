import type { ListPage } from './inspect-source.ts'
import type { CountGroup, JobCounts } from '../status/job-counts.ts'
import type { InspectFilter } from '../provider/job-inspection.ts'
import type { JobSummary } from '../status/job-summary.ts'
import { readJobs } from './read-jobs.ts'

const maxGroups = 1000

/** Counts the jobs of one page, for an engine that cannot count: a page can take many requests. */
export async function countJobs(list: ListPage, filter: InspectFilter, by: CountGroup | undefined): Promise<JobCounts> {
  const { jobs, isComplete } = await readJobs(list, { ...filter, order: 'newest', limit: 1000 }, { maxPages: 1 })
  return countsOf(jobs, by, isComplete)
}

/** Counts jobs that were read. @param isExact - whether these are all */
export function countsOf(jobs: readonly JobSummary[], by: CountGroup | undefined, isExact: boolean): JobCounts {
  const groups = new Map<string, number>()
  for (const key of by === undefined ? [] : jobs.flatMap((job) => [...new Set(keysOf[by](job))])) {
    groups.set(key, (groups.get(key) ?? 0) + 1)
  }
  return {
    count: jobs.length,
    isExact,
    groups: largestGroups([...groups].map(([key, count]) => ({ key, count, isExact }))),
  }
}

/** Returns the largest groups, the largest first. */
export function largestGroups(groups: JobCounts['groups']): JobCounts['groups'] {
  return groups.toSorted((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, maxGroups)
}

const keysOf: Record<CountGroup, (job: JobSummary) => readonly string[]> = {
  state: ({ state }) => [state],
  definition: ({ definitionIds }) => definitionIds,
  tenant: ({ tenantId }) => [tenantId],
  event: ({ event }) => [event],
}
