import type { JobEvent } from '../events/job-events.ts'
import type { Json } from '../values/json.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import type { StepContext, StepSendOptions } from '../jobs/steps.ts'
import type { EventMatch } from '../status/step-status.ts'

/** Fields of every step call. */
interface BaseCall {
  /** The step's id, unique in the run. Repeated ids are numbered: `charge`, `charge#2`. */
  readonly key: string
}

/** Work that is retried until it completes or fails. */
export interface Work extends BaseCall {
  /** The retry policy, with defaults. */
  readonly policy: RetryPolicy
  /** Timeout of one attempt, in milliseconds. Default: no limit. */
  readonly timeoutMs?: number
  /** Runs the work of one attempt. */
  readonly work: (context: StepContext) => unknown
}

/** A call of `step.run`. */
export interface RunCall extends Work {
  readonly kind: 'run'
  /** `true`: the transaction of the work also records its completion. Default false. */
  readonly transaction?: boolean
  /** Compensates the step if the run fails later. */
  readonly compensate?: (output: Json | undefined, context: StepContext) => unknown
}

/** The send of a step, for an engine with its own way to send once. */
export interface StepSend {
  /** The event to send. */
  readonly event: JobEvent
  /** The payload that the code passed. */
  readonly payload: unknown
  /** The options that the code passed. The step sets the idempotency key. */
  readonly options: StepSendOptions
}

/** A call of `step.sendEvent`. `work` sends with the host's client and returns the handle. */
export interface SendCall extends Work {
  readonly kind: 'sendEvent'
  /** The event to send. */
  readonly send: StepSend
}

/** A call of `step.runJob`. `work` sends with the host's client and returns the job's id. */
export interface JobCall extends Work {
  readonly kind: 'runJob'
  /** The event that starts the job. */
  readonly send: StepSend
  /** The definition whose output is the result. */
  readonly definitionId: string
}

/** A call of `step.sleep`. */
export interface SleepCall extends BaseCall {
  readonly kind: 'sleep'
  /** The duration in milliseconds. */
  readonly durationMs: number
}

/** A call of `step.sleepUntil`. */
export interface SleepUntilCall extends BaseCall {
  readonly kind: 'sleepUntil'
  /** The end of the sleep, epoch milliseconds. */
  readonly until: number
}

/** A call of `step.waitForEvent`. */
export interface EventWaitCall extends BaseCall {
  readonly kind: 'waitForEvent'
  /** The awaited event. */
  readonly event: string
  /** The values that fields of its payload must have. Default: any event of the tenant. */
  readonly match?: EventMatch
  /** Time after which the result is `null`, in milliseconds. */
  readonly timeoutMs: number
  /** Set if earlier events count: since a time in epoch milliseconds, or since the first call of a step, by its key. */
  readonly since?: number | { readonly step: string }
  /** The job of the run, whose own event is no earlier one. Set with `since`. */
  readonly ownJobId?: string
}

/** A call of `step.patched`. */
export interface PatchCall extends BaseCall {
  readonly kind: 'patched'
}

/** A step that does work. */
export type WorkCall = RunCall | SendCall | JobCall

/** A step that waits. */
export type WaitCall = SleepCall | SleepUntilCall | EventWaitCall

/** A checked and numbered step call. */
export type StepCall = WorkCall | WaitCall | PatchCall

/** The stored form of an awaited event. */
export interface AwaitedEvent {
  /** The id of the event's job. */
  readonly id: string
  /** The payload as sent. */
  readonly payload: Json
  /** The time of the send, epoch milliseconds. */
  readonly sentAt: number
}
