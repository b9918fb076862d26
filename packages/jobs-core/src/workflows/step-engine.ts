import type { Json } from '../events/json.ts'
import type { Logger } from '../logging/logger.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import type { EngineLimits } from '../runs/failure-outcome.ts'
import type { Clock } from '../time/clock.ts'
import type { StepCall } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'
import type { WorkflowDefinition } from './steps.ts'

/** What the steps of one pass over a workflow's code are made with. */
export interface ReplayContext {
  /** Tells this pass from another. */
  readonly replayToken: object
  /** The workflow whose code calls the steps. */
  readonly definition: WorkflowDefinition
  /** The run that the steps are of. */
  readonly runId: string
  /** Aborts when the run was cancelled or the host closes. */
  readonly signal: AbortSignal
  /** By which steps are timed. */
  readonly clock: Clock
  /** From 0 up to 1, for jitter. */
  readonly random: () => number
  /** Where the lines of steps go. */
  readonly logger: Logger
  /** What the engine can keep; absent means that of every engine. */
  readonly limits: EngineLimits | undefined
  /** Ends the run, for a reason that its code cannot catch. */
  failRun(error: Error): void
}

/** How a pass over a workflow's code ended. */
export type ReplayResult =
  | { readonly type: 'returned'; readonly output: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  /** The code waits, and goes on in another pass: at this instant, epoch milliseconds, or when something answers it. */
  | { readonly type: 'suspended'; readonly wakeAt?: number }

/** How an engine does the steps of a workflow. */
export interface StepEngine {
  /** The version that the run began with, `null` where the definition had none; absent where it is not known. */
  readonly version: string | null | undefined
  /** Why the run has failed already: what is left is to compensate. */
  readonly failure?: JobErrorInfo | undefined
  /** The step by which it has failed, where that is known. */
  readonly failedStep?: Pick<StepRecord, 'key' | 'attempts' | 'error'> | undefined
  /** True where the run was cancelled, and is only compensated. */
  readonly isCancelled?: boolean
  /** Does a step: settles as it does, or never where the code goes no further in this pass. */
  perform(call: StepCall): Promise<Json | undefined>
  /** Runs the code. With `recorded: 'only'` no step begins that has not ended: the code is run for what it can compensate. */
  run(code: () => Promise<unknown>, steps?: 'all' | 'recorded only'): Promise<ReplayResult>
  /**
   * Compensates the completed steps, the last one first, each as often as its retries say. Answers when there is more to do
   * later, epoch milliseconds; nothing once all is done. `failedStep` is the key of the step by which the run has failed.
   */
  compensate(failure: JobErrorInfo, failedStep?: string): Promise<number | undefined>
  /** Work that goes on though the pass was stopped. */
  runningWork?(): Promise<unknown> | undefined
}

/** Makes the steps of one pass. */
export type StepEngineFactory = (tools: ReplayContext) => StepEngine
