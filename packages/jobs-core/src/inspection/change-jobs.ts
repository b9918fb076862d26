import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { changeEach } from './change-each.ts'
import { type ChangePosition, readChangePosition, toChangeCursor } from './change-position.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { InspectFilter, InspectQuery } from '../provider/job-inspection.ts'
import type { ChangeJobsResult } from './job-inspector.ts'
import type { JobSummaryPage } from '../status/job-summary.ts'
import { readJobs } from './read-jobs.ts'
import { supportsFeature } from './supports-feature.ts'

const pageSize = 100
const countedPageSize = 1000

/** A change of many jobs. */
export interface JobsToChange {
  /** Selects the jobs. */
  readonly filter: InspectFilter
  /** Changes one job. Returns false if there was nothing to do. */
  readonly change: (id: string) => Promise<boolean>
  /** The time of the call, epoch milliseconds. Jobs that are sent later are left alone. */
  readonly nowMs: number
}

type Source = Pick<InspectSource, 'list' | 'count'>

/** Changes the jobs that match, a page at a time. A stopped change returns the position at which it continues. */
export async function changeJobs(
  engines: readonly InspectedEngine[],
  source: Source,
  { filter: given, change, nowMs }: JobsToChange,
  { cursor, ...options }: CheckedChange,
): Promise<ChangeJobsResult> {
  const position = readChangePosition(cursor) ?? { until: Math.min(given.until ?? Number.POSITIVE_INFINITY, nowMs + 1) }
  const { until } = position
  const filter = supportsFeature(engines, 'inspect.listJobs by time') ? { ...given, until } : given
  const query: InspectQuery = { ...filter, order: orderOn(engines), limit: pageSize }
  if (options.dryRun) return countMatching(engines, source, query, position)

  let { page } = position
  let handled = [...(position.handled ?? [])]
  let found: Pick<JobSummaryPage, 'cursor' | 'searchedTo'> = {}
  /** Number of jobs of the page that are not handled. */
  let left = 0
  let hasBegun = false
  /** Returns the jobs that match, each once. A changed job may leave the list, which does not move the cursor. */
  const pages = async function* (): AsyncGenerator<readonly string[]> {
    const seen = new Set(handled)
    for (;;) {
      const { jobs, ...rest } = await source.list({ ...query, ...(page !== undefined && { cursor: page }) })
      const ids = jobs.filter(({ id, createdAt }) => !seen.has(id) && createdAt.getTime() < until).map(({ id }) => id)
      for (const id of ids) seen.add(id)
      found = rest
      hasBegun = true
      left = ids.length
      yield ids
      if (found.cursor === undefined) return
      page = found.cursor
      handled = []
    }
  }
  const changeOne = async (id: string): Promise<boolean> => {
    try {
      return await change(id)
    } catch (error) {
      if (JobNotFoundError.isInstance(error)) return false // It was found before.
      throw error
    } finally {
      left--
      handled.push(id)
    }
  }
  const result = await changeEach(pages(), changeOne, options)
  if (result.isComplete) return result
  const { cursor: next, searchedTo } = found
  const isPageDone = hasBegun && left === 0
  if (isPageDone && next === undefined) return { ...result, isComplete: true }
  const reached = isPageDone ? { page: next! } : { ...(page !== undefined && { page }), handled }
  return { ...result, cursor: toChangeCursor({ until, ...reached }), ...(searchedTo && { searchedTo }) }
}

/** Counts the jobs that match. Of an engine that cannot count, it counts those of one page, and continues with the next. */
async function countMatching(
  engines: readonly InspectedEngine[],
  source: Source,
  { order, limit: _, ...filter }: InspectQuery,
  { until, page }: ChangePosition,
): Promise<ChangeJobsResult> {
  const result = { changed: 0, skipped: 0, failed: [], failures: 0 }
  if (supportsFeature(engines, 'inspect.countJobs: exact')) {
    const { count, isExact } = await source.count(filter, undefined)
    return { ...result, matched: count, isComplete: isExact }
  }
  const query = { ...filter, order, limit: countedPageSize, ...(page !== undefined && { cursor: page }) }
  const { jobs, isComplete, cursor, searchedTo } = await readJobs(source.list, query, { maxPages: 1 })
  return {
    ...result,
    matched: jobs.filter(({ createdAt }) => createdAt.getTime() < until).length,
    isComplete,
    ...(cursor !== undefined && { cursor: toChangeCursor({ until, page: cursor }) }),
    ...(searchedTo && { searchedTo }),
  }
}

/** Oldest first, if newer jobs can be omitted: otherwise the list would not end while jobs are sent. */
export function orderOn(engines: readonly InspectedEngine[]): InspectQuery['order'] {
  const isBounded = supportsFeature(engines, 'inspect.listJobs by time')
  return isBounded && supportsFeature(engines, 'inspect.listJobs, oldest first') ? 'oldest' : 'newest'
}
