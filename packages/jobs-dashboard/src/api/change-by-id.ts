import { JobNotRetryableError, type Logger } from '@cgk-platform/jobs-core'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/provider'

import type { Scope } from '../access/scope-of.ts'
import type { ChangedJson } from '../api-types.ts'
import { toRefusal } from '../http/to-refusal.ts'

/** Retries or cancels jobs by their ids. Safe to repeat: a job that was changed is skipped then. */
export async function changeById(
  action: 'retry' | 'cancel',
  ids: readonly string[],
  { client, inspect, tenantId }: Scope,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<ChangedJson> {
  const counts = { changed: 0, skipped: 0 }
  const failed: { jobId: string; message: string }[] = []
  const change = async (jobId: string): Promise<void> => {
    if (signal.aborted) return
    try {
      // A change waits for an unknown id, which can be that of a new job, and not for one of another tenant.
      // A read answers both alike.
      if (tenantId !== undefined) await inspect.getJob(jobId)
      const isChanged =
        action === 'retry' ? await client.retryJob(jobId) : (await client.cancelJob(jobId)).state === 'cancelled'
      counts[isChanged ? 'changed' : 'skipped']++
    } catch (error) {
      if (JobNotRetryableError.isInstance(error)) counts.skipped++
      else failed.push({ jobId, message: toRefusal(error, logger).error.message })
    }
  }
  await mapWithConcurrency(ids, change)
  const handled = counts.changed + counts.skipped + failed.length
  return { matched: ids.length, ...counts, failures: failed.length, failed, isComplete: handled === ids.length }
}
