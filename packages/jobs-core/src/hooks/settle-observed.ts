import type { LoggerLike } from '../logging/logger.ts'
import { isTraceparent } from '../events/traceparent.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Instrumentation, SettleActivity, SettledJob } from './instrumentation.ts'
import { calledEngine, type NamedEngine } from './called-engine.ts'
import { callSafely } from '../runtime/call-safely.ts'
import { observe, type Observed } from './observed.ts'

/** A change of a job that `cancelJob` or `retryJob` makes. */
export interface SettleCall {
  readonly operation: SettledJob['operation']
  readonly provider: NamedEngine
  readonly status: Pick<JobStatus, 'id' | 'event' | 'tenantId' | 'traceparent'>
}

/** Changes a job inside an activity, whose `traceparent` `change` gets. @throws what `change` throws */
export async function settleObserved(
  instrument: Instrumentation,
  logger: LoggerLike,
  { operation, provider, status: { id, event, tenantId, traceparent } }: SettleCall,
  change: (traceparent: string | undefined) => Promise<void>,
): Promise<void> {
  const job: SettledJob = { operation, ...(await calledEngine(provider)), jobId: id, event, tenantId, traceparent }
  const observed = observe(instrument, 'startSettle', logger, () => instrument.startSettle?.(job))
  if (!observed) return change(undefined)
  try {
    await observed.run(change, traceparentOf(observed))
    observed.end({})
  } catch (error) {
    observed.end({ error })
    throw error
  }
}

/** Returns the valid `traceparent` of an activity, if it has one. */
function traceparentOf(observed: Observed<SettleActivity>): string | undefined {
  const traceparent = callSafely(
    () => observed.activity.traceparent,
    (error) => observed.fault(error),
  )
  return isTraceparent(traceparent) ? traceparent : undefined
}
