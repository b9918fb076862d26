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

/** What a host tells about the attempt it wants made. */
export interface AttemptOptions {
  /** The job's id as its sender knows it. */
  readonly jobId: string
  /** The run's id, the same in all of its attempts. */
  readonly runId: string
  /** Counted from 1. One past the last is for a run whose last attempt died: it fails without another try. */
  readonly attempt: number
  /** Of this attempt alone. Aborts with a `JobCancelledError`, or with a `ShutdownError` when the host closes. */
  readonly signal: AbortSignal
  /** By which the attempt is timed, and its next one computed. */
  readonly clock: Clock
  /** Where the handler's lines and those of the attempt go: that of the host. */
  readonly logger: LoggerLike
  /** Told of the attempt: those of the host. */
  readonly hooks?: JobHooks | undefined
  /** Wraps the code that the attempt runs: that of the host. The definition's own comes inside of it. */
  readonly middleware?: readonly AttemptMiddleware[] | undefined
  /** The client that the handler's own sends go through. */
  readonly client?: JobClient | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** What the engine can keep. */
  readonly limits?: EngineLimits | undefined
  /** Told of a handler that runs on though its attempt was stopped: it still takes the place that it was given. */
  readonly onLeftRunning?: ((handler: Promise<unknown>) => void) | undefined
  /** Turns the tick of a cron job with tenants into their jobs, in the run of the tick. */
  readonly tickHost?: ((definition: CronJobDefinition, tick: number) => TickHost) | undefined
  /** Does the steps of a workflow: `recordedSteps(…)`, or a translation into the engine's own. */
  readonly steps?: StepEngineFactory | undefined
  /** True where a workflow goes on in an attempt that began before: no hook is told of its start again. */
  readonly isResumed?: boolean | undefined
  /** When that attempt began, epoch milliseconds. Default: now. */
  readonly startedAt?: number | undefined
  /** True where a workflow that was cancelled is compensated: its run has ended, and no hook is told of it again. */
  readonly isCancelCompensation?: boolean | undefined
}

/** An attempt that is being made. */
export interface Attempt extends AttemptOptions {
  readonly definition: Definition
  readonly envelope: Envelope
  readonly info: AttemptInfo
  readonly bound: Logger
}

/** What a handler is told. */
export function toJobContext({ info, bound }: Attempt, signal: AbortSignal): JobContext {
  const { jobId, runId, attempt, maxAttempts, tenantId } = info
  return { jobId, runId, attempt, maxAttempts, tenantId, logger: bound, signal }
}

/** What may end the handler of an attempt before it ends itself. */
export function toStopOptions({ definition, signal, clock }: Attempt): StopOptions {
  return { signal, clock, definitionId: definition.id, timeoutMs: definition.timeoutMs, isOwn: true }
}
