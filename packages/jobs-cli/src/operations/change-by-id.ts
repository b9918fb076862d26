import type { ChangeJobsOptions, ChangeJobsResult } from '@cgk-platform/jobs-core'
import { isEnded } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Scope } from './scope-of.ts'

/** The two bulk changes of jobs. */
export type Change = 'retry' | 'cancel'

/** The most errors of a result. */
const maxErrors = 100

/** Returns a function that retries or cancels these jobs one after the other, with the result of a bulk change. */
export function changeById(
  change: Change,
  ids: readonly string[],
  scope: Scope,
): (options: ChangeJobsOptions) => Promise<ChangeJobsResult> {
  const jobIds = [...new Set(ids)]
  return async ({ dryRun = false, onProgress, signal }: ChangeJobsOptions): Promise<ChangeJobsResult> => {
    const failed: ChangeJobsResult['failed'][number][] = []
    let changed = 0
    let skipped = 0
    let handled = 0
    const result = (): ChangeJobsResult => ({
      matched: jobIds.length - (dryRun ? skipped + failed.length : 0),
      changed,
      skipped,
      failed: failed.slice(0, maxErrors),
      failures: failed.length,
      isComplete: handled === jobIds.length,
    })
    for (const id of jobIds) {
      if (signal?.aborted) break
      try {
        // Reads first: `cancelJob` also returns the status of a job that had ended before.
        const { state } = await scope.getJobStatus(id)
        if (change === 'cancel' && isEnded(state)) skipped++
        else if (dryRun) {
          if (change === 'retry' && state !== 'failed') skipped++
        } else {
          const isChanged =
            change === 'retry' ? await scope.retryJob(id) : (await scope.cancelJob(id)).state === 'cancelled'
          if (isChanged) changed++
          else skipped++
        }
      } catch (error) {
        const { name, message, code } = toErrorInfo(error)
        failed.push({ jobId: id, error: { name, message, ...(code !== undefined && { code }) } })
      }
      handled++
      onProgress?.(result())
    }
    return result()
  }
}
