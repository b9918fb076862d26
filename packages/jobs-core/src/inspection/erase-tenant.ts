import { openStates } from '../status/job-state.ts'
import { changeJobs } from './change-jobs.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { CheckedErase } from './inspect-options.ts'
import type { ChangeJobsResult } from './job-inspector.ts'
import type { EraseResult } from './tenant-data.ts'

/** The tenant whose data is erased. */
export interface TenantToErase {
  readonly tenantId: string
  /** The time of the call, epoch milliseconds. Jobs that are sent later are left alone. */
  readonly nowMs: number
}

/** Cancels the open jobs of a tenant, then deletes what the engines hold of it, a batch at a time. */
export async function eraseTenant(
  engines: readonly InspectedEngine[],
  source: Pick<InspectSource, 'list' | 'count' | 'cancel' | 'erase'>,
  { tenantId, nowMs }: TenantToErase,
  { onProgress, signal }: CheckedErase,
): Promise<EraseResult> {
  let result: EraseResult = { cancelled: 0, erased: 0, left: 0, failed: [], failures: 0, kept: [], isComplete: false }
  const add = ({ changed, failed, failures }: ChangeJobsResult): void => {
    result = { ...result, cancelled: changed, failed, failures }
  }
  const change = async (id: string): Promise<boolean> => (await source.cancel(id, tenantId)).state === 'cancelled'
  const jobs = { filter: { tenantId, states: openStates }, change, nowMs }
  const cancelled = await changeJobs(engines, source, jobs, {
    ...(signal && { signal }),
    async onProgress(progress) {
      add(progress)
      await onProgress?.(result)
    },
  })
  add(cancelled)
  for (let hasMore = cancelled.isComplete; hasMore && !signal?.aborted;) {
    const part = await source.erase(tenantId, nowMs + 1)
    ;({ hasMore } = part)
    const { left, kept } = part
    const isComplete = !hasMore && left === 0 && result.failures === 0
    result = { ...result, erased: result.erased + part.erased, left, kept, isComplete }
    await onProgress?.(result)
  }
  return result
}
