import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobNotRetryableError } from '../errors/job-not-retryable-error.ts'
import { mapWithConcurrency } from '../hosted/map-with-concurrency.ts'
import { type JobErrorInfo, toErrorInfo } from '../runs/error-info.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { InspectFilter, InspectQuery } from './job-inspection.ts'
import type { ChangeJobsResult } from './job-inspector.ts'
import type { JobSummary } from './job-summary.ts'
import { supportsFeature } from './supports-feature.ts'

const pageSize = 100
const maxReportedFailures = 100

/** A change of many jobs. */
export interface JobsToChange {
  /** Selects the jobs. */
  readonly filter: InspectFilter
  /** Changes one job. Returns false if there was nothing to do. */
  readonly change: (id: string) => Promise<boolean>
  /** The time of the call, epoch milliseconds. Jobs that are sent later are left alone. */
  readonly nowMs: number
}

/** Changes the jobs that match, a page at a time. */
export async function changeJobs(
  engines: readonly InspectedEngine[],
  source: Pick<InspectSource, 'list' | 'count'>,
  { filter: given, change, nowMs }: JobsToChange,
  { dryRun = false, onProgress, signal }: CheckedChange,
): Promise<ChangeJobsResult> {
  const until = Math.min(given.until ?? Number.POSITIVE_INFINITY, nowMs + 1)
  const filter = supportsFeature(engines, 'inspect.listJobs by time') ? { ...given, until } : given
  if (dryRun) {
    const { count, isExact } = await source.count(filter, undefined)
    return { matched: count, changed: 0, skipped: 0, failed: [], failures: 0, isComplete: isExact }
  }

  const seen = new Set<string>()
  const counts = { matched: 0, changed: 0, skipped: 0, failures: 0 }
  const failed: ChangeJobsResult['failed'][number][] = []
  const report = (isComplete: boolean): ChangeJobsResult => ({ ...counts, failed: [...failed], isComplete })
  let isBroken = false
  const isStopped = (): boolean => isBroken || (signal?.aborted ?? false)

  /** Changes a job. Returns whether it was changed, or why that failed. */
  const outcomeOf = async (jobId: string): Promise<'changed' | 'skipped' | JobErrorInfo> => {
    try {
      return (await change(jobId)) ? 'changed' : 'skipped'
    } catch (error) {
      if (ClientClosedError.isInstance(error)) throw error
      const isLate = JobNotFoundError.isInstance(error) || JobNotRetryableError.isInstance(error)
      return isLate ? 'skipped' : toErrorInfo(error)
    }
  }
  const changeOne = async ({ id: jobId }: JobSummary): Promise<void> => {
    if (isStopped()) return
    try {
      const outcome = await outcomeOf(jobId)
      if (typeof outcome === 'string') counts[outcome]++
      else if (counts.failures++ < maxReportedFailures) failed.push({ jobId, error: outcome })
      onProgress?.(report(false))
    } catch (error) {
      isBroken = true // for the jobs that would be next
      throw error
    }
  }

  // A changed job may leave the list, which does not move the cursor.
  let query: InspectQuery = { ...filter, order: orderOn(engines), limit: pageSize }
  while (!isStopped()) {
    const page = await source.list(query)
    const jobs = page.jobs.filter(({ id, createdAt }) => !seen.has(id) && createdAt.getTime() < until)
    for (const { id } of jobs) seen.add(id)
    counts.matched += jobs.length
    await mapWithConcurrency(jobs, changeOne)
    if (page.cursor === undefined) return report(!isStopped())
    query = { ...query, cursor: page.cursor }
  }
  return report(false)
}

/** Oldest first, if newer jobs can be omitted: otherwise the list would not end while jobs are sent. */
function orderOn(engines: readonly InspectedEngine[]): InspectQuery['order'] {
  const isBounded = supportsFeature(engines, 'inspect.listJobs by time')
  return isBounded && supportsFeature(engines, 'inspect.listJobs, oldest first') ? 'oldest' : 'newest'
}
