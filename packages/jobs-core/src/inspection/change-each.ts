import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobNotRetryableError } from '../errors/job-not-retryable-error.ts'
import { mapWithConcurrency } from '../runtime/map-with-concurrency.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { ChangeJobsResult } from './job-inspector.ts'

const maxReportedFailures = 100

/**
 * Changes jobs, a page of ids at a time, and counts what was done.
 *
 * @param change - changes one job, or in a dry run says whether it would. Returns false if there is nothing to do
 */
export async function changeEach(
  pages: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  change: (id: string) => Promise<boolean>,
  { dryRun = false, onProgress, signal }: CheckedChange,
): Promise<ChangeJobsResult> {
  const counts = { matched: 0, changed: 0, skipped: 0, failures: 0 }
  const failed: ChangeJobsResult['failed'][number][] = []
  const report = (isComplete: boolean): ChangeJobsResult => ({
    ...counts,
    ...(dryRun && { matched: counts.changed, changed: 0 }),
    failed: [...failed],
    isComplete,
  })
  let isBroken = false
  const isStopped = (): boolean => isBroken || (signal?.aborted ?? false)

  /** Changes a job. Returns whether it was changed, or why that failed. */
  const outcomeOf = async (jobId: string): Promise<'changed' | 'skipped' | JobErrorInfo> => {
    try {
      return (await change(jobId)) ? 'changed' : 'skipped'
    } catch (error) {
      if (ClientClosedError.isInstance(error)) throw error
      return JobNotRetryableError.isInstance(error) ? 'skipped' : toErrorInfo(error)
    }
  }
  const changeOne = async (jobId: string): Promise<void> => {
    if (isStopped()) return
    try {
      const outcome = await outcomeOf(jobId)
      if (typeof outcome === 'string') counts[outcome]++
      else if (counts.failures++ < maxReportedFailures) failed.push({ jobId, error: outcome })
      await onProgress?.(report(false))
    } catch (error) {
      isBroken = true // for the jobs that would be next
      throw error
    }
  }

  if (isStopped()) return report(false)
  for await (const ids of pages) {
    counts.matched += ids.length
    await mapWithConcurrency(ids, changeOne)
    if (isStopped()) break
  }
  return report(!isStopped())
}
