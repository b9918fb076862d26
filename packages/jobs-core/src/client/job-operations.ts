import type { ValueCodec } from '../codec/value-codec.ts'
import { JobNotRetryableError } from '../errors/job-not-retryable-error.ts'
import { WaitInHandlerError } from '../errors/wait-in-handler-error.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { Instrumentation } from '../hooks/instrumentation.ts'
import { isObserving } from '../hooks/is-observing.ts'
import { type SettleCall, settleObserved } from '../hooks/settle-observed.ts'
import type { LoggerLike } from '../logging/logger.ts'
import { requireFeature } from '../provider/check-support.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { scopedClient } from '../ambient/async-context.ts'
import { withWaitReasons } from '../status/with-wait-reasons.ts'
import { isEnded, retryableStates } from '../status/job-state.ts'
import type { Clock } from '../time/clock.ts'
import { findJob } from './find-job.ts'
import { type JobOperations, waitOptions } from './job-client.ts'
import type { LazyEngine } from '../provider/lazy-engine.ts'
import { signalJob, signalNameOf, type SignalDependencies } from './signal-job.ts'
import { waitForJob } from './wait-for-job.ts'

/** The operations on one job, by its id. */
export type OneJobOperations = Pick<
  JobOperations,
  'getJobStatus' | 'cancelJob' | 'retryJob' | 'signalJob' | 'waitForJob'
>

/** The services that the operations on one job need. */
export interface JobOperationsDependencies {
  readonly engine: LazyEngine
  readonly clock: Clock
  readonly instrument: Instrumentation | undefined
  readonly logger: LoggerLike
  /** Decodes what is read. */
  readonly codec: ValueCodec | undefined
  /** Sends signals. */
  readonly signals: SignalDependencies
}

/** Returns a function that creates the operations on one job: of a tenant, or of any tenant. */
export function createJobOperations({
  engine,
  clock,
  instrument,
  logger,
  signals,
  codec,
}: JobOperationsDependencies): (tenantId?: string) => OneJobOperations {
  const retryOnce = onceAtATime()
  const settle = (job: SettleCall, change: (traceparent?: string) => Promise<void>): Promise<void> =>
    isObserving(instrument) ? settleObserved(instrument, logger, job, change) : change()

  return (tenantId) => ({
    async getJobStatus(id) {
      const provider = await engine.use('getJobStatus')
      return withWaitReasons(await findJob(provider, id, { clock, codec, tenantId, tellsWaits: true }))
    },

    async cancelJob(id) {
      const provider = await engine.useOpen('cancelJob')
      const status = await findJob(provider, id, { clock, codec, tenantId, waitMs: 10_000 })
      if (isEnded(status.state)) return status
      requireFeature(provider, status.state === 'running' ? 'cancelJob of a running job' : 'cancelJob of a waiting job')
      await settle({ operation: 'cancel', provider, status }, () => provider.cancel(id))
      return findJob(provider, id, { clock, codec, tenantId })
    },

    async retryJob(id) {
      const provider = await engine.useOpen('retryJob')
      const status = await findJob(provider, id, { clock, codec, tenantId })
      requireFeature(provider, 'retryJob')
      if (!retryableStates.includes(status.state)) throw new JobNotRetryableError({ jobId: id, state: status.state })
      await settle({ operation: 'retry', provider, status }, (traceparent) => retryOnce(provider, id, traceparent))
      return { id, event: status.event as JobEvent, tenantId: status.tenantId, deduplicated: false }
    },

    async signalJob(id, signal, payload, options) {
      signalNameOf(signal) // checks it before any request
      const provider = await engine.useOpen('signalJob')
      requireFeature(provider, 'workflows')
      const status = await findJob(provider, id, { clock, codec, tenantId, waitMs: 10_000 })
      await signalJob(status, { signal, payload, options }, { ...signals, capabilities: provider.capabilities })
    },

    async waitForJob(id, callOptions) {
      if (scopedClient()) throw new WaitInHandlerError({ jobId: id })
      const checkedOptions = waitOptions.read(callOptions)
      const provider = await engine.use('waitForJob')
      return waitForJob(() => findJob(provider, id, { clock, codec, tenantId }), {
        id,
        provider,
        clock,
        ...checkedOptions,
      })
    },
  })
}

/** Returns a function that retries a job. Two concurrent calls make one retry. */
function onceAtATime(): (provider: JobProvider, id: string, traceparent?: string) => Promise<void> {
  const retrying = new Map<string, Promise<void>>()
  return (provider, id, traceparent) => {
    const retry = retrying.get(id) ?? provider.retry(id, traceparent).finally(() => retrying.delete(id))
    retrying.set(id, retry)
    return retry
  }
}
