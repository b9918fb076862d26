import type { InspectQuery } from './job-inspection.ts'
import type { JobSummary } from './job-summary.ts'
import type { ListPage } from './inspect-source.ts'

/** Jobs of several pages. */
export interface ReadJobs {
  /** The jobs, each once, in the order of the query. */
  readonly jobs: readonly JobSummary[]
  /** True if the list has no further jobs. */
  readonly isComplete: boolean
}

/** Reads up to `maxPages` pages of up to `query.limit` jobs. @param isLast - ends the list before this job */
export async function readJobs(
  list: ListPage,
  query: InspectQuery,
  maxPages: number,
  isLast: (job: JobSummary) => boolean = () => false,
): Promise<ReadJobs> {
  const jobs = new Map<string, JobSummary>()
  let cursor = query.cursor
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) })
    for (const job of page.jobs) {
      if (isLast(job)) return { jobs: [...jobs.values()], isComplete: true }
      jobs.set(job.id, job)
    }
    cursor = page.cursor
    if (cursor === undefined) return { jobs: [...jobs.values()], isComplete: true }
  }
  return { jobs: [...jobs.values()], isComplete: false }
}
