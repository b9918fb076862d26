import type { JobClient } from '../client/job-client.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { Definition } from '../jobs/definition.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import type { Logger, LoggerLike } from '../logging/logger.ts'
import type { Clock } from '../time/clock.ts'
import type { StepEngineFactory } from '../workflows/step-engine.ts'
import type { AttemptMiddleware } from './attempt-middleware.ts'
import type { TickHost } from './dispatch-tick.ts'
import type { EngineLimits } from './failure-outcome.ts'
import type { AttemptInfo, JobHooks } from './hooks.ts'
import type { StopOptions } from './run-until-stopped.ts'

/** Options of one attempt, from the host. */
export interface AttemptOptions {
  /** The id that the sender got. */
  readonly jobId: string
  /** The run's id, the same in all its attempts. */
  readonly runId: string
  /**
   * Counted from 1. If the process died in the last attempt, pass the number after it: the run fails without running.
   */
  readonly attempt: number
  /** For this attempt only. Aborts with a `JobCancelledError`, or with a `ShutdownError` when the host closes. */
  readonly signal: AbortSignal
  /** Measures the attempt and the time of the next one. */
  readonly clock: Clock
  /** The host's logger, for the handler and the attempt. */
  readonly logger: LoggerLike
  /** The host's hooks. Default: none. */
  readonly hooks?: JobHooks | undefined
  /** The host's middleware, outside the definition's. Default: none. */
  readonly middleware?: readonly AttemptMiddleware[] | undefined
  /** The client that the handler sends with. Default: the default client. */
  readonly client?: JobClient | undefined
  /** Returns a number from 0 up to 1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** The engine's limits. Default: no limits. */
  readonly limits?: EngineLimits | undefined
  /**
   * Called with a handler that keeps running after its attempt was stopped. It still counts toward concurrency
   * limits.
   */
  readonly onLeftRunning?: ((handler: Promise<unknown>) => void) | undefined
  /** Returns the host that sends the jobs of the tenants, for the tick of a cron job with `tenants`. */
  readonly tickHost?: ((definition: CronJobDefinition, tick: number) => TickHost) | undefined
  /** Creates the step engine of a workflow: `createRecordedStepEngine(…)`, or one that uses the engine's own steps. */
  readonly steps?: StepEngineFactory | undefined
  /**
   * True if a workflow resumes an attempt that started earlier. `onAttemptStart` is not called again. Default false.
   */
  readonly isResumed?: boolean | undefined
  /** When that attempt started, epoch milliseconds. Default: now. */
  readonly startedAt?: number | undefined
  /** True to compensate a cancelled workflow. Its run has already ended, so no hooks are called. Default false. */
  readonly isCancelCompensation?: boolean | undefined
}

/** A running attempt. */
export interface Attempt extends AttemptOptions {
  readonly definition: Definition
  readonly envelope: Envelope
  readonly info: AttemptInfo
  readonly bound: Logger
}

/** Returns the context of a handler. */
export function toJobContext({ info, bound }: Attempt, signal: AbortSignal): JobContext {
  const { jobId, runId, attempt, maxAttempts, tenantId } = info
  return { jobId, runId, attempt, maxAttempts, tenantId, logger: bound, signal }
}

/** Returns what can stop the handler of an attempt. */
export function toStopOptions({ definition, signal, clock }: Attempt): StopOptions {
  return { signal, clock, definitionId: definition.id, timeoutMs: definition.timeoutMs, isExclusive: true }
}
