import type { Json } from '../values/json.ts'
import type { Logger } from '../logging/logger.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'
import type { Clock } from '../time/clock.ts'
import type { ReplayHistory } from './replay-history.ts'
import type { StepCall } from './step-call.ts'
import type { ParkRecord, RestartRecord, StepRecord } from './workflow-record.ts'
import type { WorkflowDefinition } from '../jobs/steps.ts'

/** The context of one replay, for its step engine. */
export interface ReplayContext {
  /** Identifies this replay. */
  readonly replayToken: object
  /** The workflow whose code calls the steps. */
  readonly definition: WorkflowDefinition
  /** The id of the run. */
  readonly runId: string
  /** Aborts when the run is cancelled or the host closes. */
  readonly signal: AbortSignal
  /** Aborts with a `RunTimeoutError` when the run exceeds its `runTimeout`. Absent: it has none. */
  readonly timeUp?: AbortSignal | undefined
  /** The latest end of the run, epoch milliseconds. Absent: it has no `runTimeout`. */
  readonly runEndAt?: number | undefined
  /** Measures the times of the steps. */
  readonly clock: Clock
  /** Returns a number from 0 up to 1, for jitter. */
  readonly random: () => number
  /** The logger of the steps. */
  readonly logger: Logger
  /** The engine's limits for steps. */
  readonly limits: EngineLimits
  /**
   * Decodes the result of a step; `undefined` if nothing in it is encoded. If it rejects, call `failRun`. Absent: a result
   * is decoded after the engine has returned it.
   */
  decodeStep?(result: Pick<StepRecord, 'output' | 'error'>): Promise<Pick<StepRecord, 'output' | 'error'>> | undefined
  /** Returns the `traceparent` of this replay's activity. It is stored with the steps; `undefined` if it has none. */
  traceparent(): string | undefined
  /** Ends the replay with an error that its code cannot catch: parks the run if the code has changed, or fails it. */
  failRun(error: Error): void
}

/** The result of a replay. */
export type ReplayResult =
  | { readonly type: 'returned'; readonly output: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  /** The code waits. The next replay starts at `wakeAt`, epoch milliseconds, or when a wait resolves. */
  | { readonly type: 'suspended'; readonly wakeAt?: number }

/** Performs the steps of a workflow on an engine, for one replay. */
export interface StepEngine {
  /** The version that the run started with: `null` if the definition had none, `undefined` if unknown. */
  readonly version: string | null | undefined
  /** The last `step.restart` of the run; absent: there was none. */
  readonly restart?: RestartRecord | undefined
  /** The error of a run that has already failed and is compensated; absent otherwise. */
  readonly failure?: JobErrorInfo | undefined
  /** The step that failed the run; absent if unknown. */
  readonly failedStep?: Pick<StepRecord, 'key' | 'attempts' | 'error'> | undefined
  /** Whether the run was cancelled, so that it is only compensated. Default false. */
  readonly isCancelled?: boolean
  /**
   * True if this replay executes one step for the engine, and only a later one may fail a run that exceeds its
   * `runTimeout`. Default false.
   */
  readonly runsOneStep?: boolean
  /** The earlier replays of the run, for its instrumentation. Default: there were none. */
  readonly history?: ReplayHistory
  /** Performs a step. Settles like the step, or never if this replay cannot continue. */
  perform(call: StepCall): Promise<Json | undefined>
  /** Runs the code. With `'recorded only'`, unfinished steps stay pending: the code only collects compensations. */
  run(code: () => Promise<unknown>, steps?: 'all' | 'recorded only'): Promise<ReplayResult>
  /**
   * Compensates the completed steps in reverse order, with retries. Returns when to continue, epoch milliseconds, or
   * `undefined` when all compensations have ended. `failedStep` is the key of the step that failed the run.
   */
  compensate(failure: JobErrorInfo, failedStep?: string): Promise<number | undefined>
  /** Set if an earlier replay did not fit to its code. `error` is absent if the engine does not know it. */
  readonly parked?: (Pick<ParkRecord, 'since'> & Partial<ParkRecord>) | undefined
  /**
   * Saves that the run waits until `wakeAt`, epoch milliseconds, for other code; `undefined`: no longer. Never resolves if
   * the engine itself waits.
   */
  park(parked: (ParkRecord & { readonly wakeAt: number }) | undefined): Promise<void> | undefined
  /** Returns work that is still running after the replay was stopped, if any. */
  runningWork?(): Promise<unknown> | undefined
}

/** Creates the step engine of one replay. */
export type StepEngineFactory = (tools: ReplayContext) => StepEngine
