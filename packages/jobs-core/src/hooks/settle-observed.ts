import type { LoggerLike } from '../logging/logger.ts'
import { isTraceparent } from '../events/traceparent.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Instrumentation, SettledJob } from './instrumentation.ts'
import { observe } from './observed.ts'

/** A change of a job that `cancelJob` or `retryJob` makes. */
export interface SettleCall {
  readonly operation: SettledJob['operation']
  readonly provider: { readonly name: string }
  readonly status: Pick<JobStatus, 'id' | 'event' | 'tenantId' | 'traceparent'>
}

/** Changes a job inside an activity, whose `traceparent` `change` gets. @throws what `change` throws */
export async function settleObserved(
  instrument: Instrumentation,
  logger: LoggerLike,
  { operation, provider, status: { id, event, tenantId, traceparent } }: SettleCall,
  change: (traceparent: string | undefined) => Promise<void>,
): Promise<void> {
  const job: SettledJob = { operation, provider: provider.name, jobId: id, event, tenantId, traceparent }
  const observed = observe(instrument, 'startSettle', logger, () => instrument.startSettle?.(job))
  if (!observed) return change(undefined)
  const own = observed.activity.traceparent
  try {
    await observed.run(change, isTraceparent(own) ? own : undefined)
    observed.end({})
  } catch (error) {
    observed.end({ error })
    throw error
  }
}
