import type { InspectQuery } from '../provider/job-inspection.ts'
import type { JobSummary } from '../status/job-summary.ts'
import type { ListPage } from './inspect-source.ts'

/** Jobs of several pages. */
export interface ReadJobs {
  /** The jobs, each once, in the order of the query. */
  readonly jobs: readonly JobSummary[]
  /** True if the list has no further jobs. */
  readonly isComplete: boolean
  /** Continues after these jobs. Absent if `isComplete`. */
  readonly cursor?: string
  /** The time of the send up to which the list was read. Absent if `isComplete`, or if it is unknown. */
  readonly searchedTo?: Date
}

/** The limits of `readJobs`. */
export interface ReadLimits {
  readonly maxPages: number
  /** Reads no further page with this number of jobs. Default: no limit. */
  readonly maxJobs?: number
}

/** Reads several pages of up to `query.limit` jobs. */
export async function readJobs(
  list: ListPage,
  query: InspectQuery,
  { maxPages, maxJobs = Number.POSITIVE_INFINITY }: ReadLimits,
): Promise<ReadJobs> {
  const jobs = new Map<string, JobSummary>()
  let cursor = query.cursor
  let searchedTo: Date | undefined
  for (let pages = 0; pages < maxPages && jobs.size < maxJobs; pages++) {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) })
    for (const job of page.jobs) jobs.set(job.id, job)
    ;({ cursor, searchedTo } = page)
    if (cursor === undefined) return { jobs: [...jobs.values()], isComplete: true }
  }
  return {
    jobs: [...jobs.values()],
    isComplete: false,
    ...(cursor !== undefined && { cursor }),
    ...(searchedTo && { searchedTo }),
  }
}
