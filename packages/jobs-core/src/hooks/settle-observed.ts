import type { LoggerLike } from '../logging/logger.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Instrumentation, SettledJob } from './instrumentation.ts'
import { observe } from './observed.ts'

/** A change of a job that `cancelJob` or `retryJob` makes. */
export interface SettleCall {
  readonly operation: SettledJob['operation']
  readonly provider: { readonly name: string }
  readonly status: Pick<JobStatus, 'id' | 'event' | 'tenantId'>
}

/** Changes a job inside an activity. @throws what `change` throws */
export async function settleObserved(
  instrument: Instrumentation,
  logger: LoggerLike,
  { operation, provider, status: { id, event, tenantId } }: SettleCall,
  change: () => Promise<void>,
): Promise<void> {
  const job: SettledJob = { operation, provider: provider.name, jobId: id, event, tenantId }
  const observed = observe(instrument, 'startSettle', logger, () => instrument.startSettle?.(job))
  if (!observed) return change()
  try {
    await observed.run(change, undefined)
    observed.end({})
  } catch (error) {
    observed.end({ error })
    throw error
  }
}
