import type { Envelope } from '../events/envelope.ts'
import type { LogFields } from '../logging/logger.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'
import type { AttemptInfo } from './hooks.ts'
import type { Outcome } from './outcome.ts'

/** The trace that travels with an event, as in W3C Trace Context and W3C Baggage. Core drops invalid values. */
export type TraceFields = Pick<Envelope, 'traceparent' | 'tracestate' | 'baggage'>

/** Work that an instrumentation observes, from its start to its end. */
export interface Activity<End> {
  /** Calls `code` at once and synchronously, with the activity as the active one. */
  run(code: () => void): void
  /** Called once, at the end. */
  end(end: End): void
}

/** The engine that a send or a change of a job goes to. */
export interface CalledEngine {
  /** Its name. */
  readonly provider: string
  /** The URL of its server; absent for an engine without one. */
  readonly serverUrl?: string | undefined
}

/** A call of `sendJob` or `sendJobs`. */
export interface StartedSend extends CalledEngine {
  readonly envelopes: readonly Envelope[]
  /** Whether `sendJobs` was called. */
  readonly isBatch: boolean
}

/** The passing of envelopes to the engine. Ends with one result for each envelope, in order. */
export interface SendActivity extends Activity<readonly EnvelopeResult[]> {
  /** The trace that each envelope gets, in order. */
  readonly traces: readonly TraceFields[]
}

/** The end of a part of an attempt. `suspended`: the workflow waits, and the part ends in a later attempt. */
export type PartEnd =
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'suspended' }

/** A part of an attempt. */
export interface AttemptPart {
  /** `step`: an attempt of a step's work. `wait`: a sleep or a wait for an event. */
  readonly kind: 'step' | 'wait' | 'compensation' | 'onFailure'
  /** The step's id; absent for `onFailure`. */
  readonly stepId?: string
  /** The method of `step` that was called; absent for `onFailure`. */
  readonly stepKind?: 'run' | 'sleep' | 'sleepUntil' | 'waitForEvent' | 'sendEvent' | 'runJob'
  /** The attempt of the step or of its compensation, counted from 1; absent for a wait and `onFailure`. */
  readonly stepAttempt?: number
}

/** An attempt. Ends with the outcome of each attempt of a batch, in order; of the only one otherwise. */
export interface AttemptActivity extends Activity<readonly Outcome[]> {
  /** Identifies the activity. A workflow that resumes later gets it as `resumedFrom`. */
  readonly traceparent?: string | undefined
  /** Starts a part of the attempt. `undefined`: the part is not observed. */
  startPart?(part: AttemptPart): Activity<PartEnd> | undefined
}

/** The facts about an attempt that starts. */
export interface StartedAttempt extends AttemptInfo {
  /** The engine that runs it. */
  readonly provider: string
  /** The trace of the send. */
  readonly trace: TraceFields
  /** The `traceparent` of the `retryJob` that the run follows; absent if there was none, or if the engine does not know it. */
  readonly retryTraceparent?: string | undefined
  /** When the run could start, epoch milliseconds: the time of the send, of its `runAt`, or of `retryJob`. */
  readonly dueAt: number
  /** When the attempt starts, by the engine's clock. Epoch milliseconds. */
  readonly startedAt: number
  /** True if a workflow continues an earlier attempt. */
  readonly isResumed: boolean
  /** True if the process may have died in the attempt before. The activity of that attempt never ended. */
  readonly followsCrash: boolean
  /** True if the engine's SDK may have an active span, in which the activity belongs. */
  readonly hasEngineSpan: boolean
  /** The `traceparent` of the activity that the workflow was suspended in; absent if it is unknown. */
  readonly resumedFrom?: string | undefined
}

/** A call of `cancelJob` or `retryJob` for a job that it changes. */
export interface SettledJob extends CalledEngine {
  readonly operation: 'cancel' | 'retry'
  readonly jobId: string
  readonly event: string
  readonly tenantId: string
  /** The `traceparent` of the job's send; absent if it had none. */
  readonly traceparent?: string | undefined
}

/** A call of `cancelJob` or `retryJob`. Ends with the error, if that failed. */
export interface SettleActivity extends Activity<{ readonly error?: unknown }> {
  /** Identifies the activity. The attempts that follow a retry get it as `retryTraceparent`. */
  readonly traceparent?: string | undefined
}

/**
 * Observes sends and attempts, for traces and metrics. Each method returns the activity that has started, or
 * `undefined` if it is not observed. What an instrumentation throws is logged once and affects no job.
 */
export interface Instrumentation {
  /** Called before envelopes are passed to the engine. */
  startSend?(send: StartedSend): SendActivity | undefined
  /**
   * Called before an attempt, outside its middleware.
   *
   * @param batch - all attempts of a call of a batch handler, of which `attempt` is the first
   */
  startAttempt?(attempt: StartedAttempt, batch?: readonly StartedAttempt[]): AttemptActivity | undefined
  /** Called before a job is cancelled or retried. */
  startSettle?(job: SettledJob): SettleActivity | undefined
  /** Returns false while nothing is observed, so that no facts are collected. Default: always true. */
  isEnabled?(): boolean
  /** Returns fields for every line of the default logger, such as the ids of the active trace. */
  logFields?(): LogFields | undefined
}
