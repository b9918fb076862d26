import type { JobEvent } from '../events/job-events.ts'
import type { Json } from '../events/json.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import type { StepContext, StepSendOptions } from './steps.ts'

/** What a step of each kind does. */
export type StepKind = 'run' | 'sleep' | 'sleepUntil' | 'waitForEvent' | 'sendEvent' | 'runJob'

/** What every step that was called has. */
interface BaseCall {
  /** The step's id, with a number from its second time in the run on: `charge`, `charge#2`. Unique in the run. */
  readonly key: string
}

/** Work that is tried until it completes or has failed for good. */
export interface Work extends BaseCall {
  /** With the defaults filled in. */
  readonly policy: RetryPolicy
  /** How long one attempt may take; absent means no limit. */
  readonly timeoutMs?: number
  /** Does the work of one attempt. */
  readonly work: (context: StepContext) => unknown
}

/** `step.run` */
export interface RunCall extends Work {
  readonly kind: 'run'
  /** Compensates the step when the run fails for good later. */
  readonly compensate?: (output: Json | undefined, context: StepContext) => unknown
}

/** What a step sends, for an engine that has a way of its own to send once. */
export interface StepSend {
  /** The event to send. */
  readonly event: JobEvent
  /** As the code gave it. */
  readonly payload: unknown
  /** As the code gave them; the idempotency key is the step's own. */
  readonly options: StepSendOptions
}

/** `step.sendEvent`; `work` sends by the host's client and answers the handle. */
export interface SendCall extends Work {
  readonly kind: 'sendEvent'
  /** What is sent. */
  readonly send: StepSend
}

/** `step.runJob`; `work` sends by the host's client and answers the job's id. */
export interface JobCall extends Work {
  readonly kind: 'runJob'
  /** What is sent to begin the job. */
  readonly send: StepSend
  /** The definition whose output is waited for. */
  readonly definitionId: string
}

/** `step.sleep` */
export interface SleepCall extends BaseCall {
  readonly kind: 'sleep'
  /** How long. */
  readonly durationMs: number
}

/** `step.sleepUntil` */
export interface SleepUntilCall extends BaseCall {
  readonly kind: 'sleepUntil'
  /** Epoch milliseconds. */
  readonly until: number
}

/** A field that must have this value in the payload of the event that is waited for. */
export interface EventMatch {
  /** The payload's field, at its top. */
  readonly field: string
  /** What it must be. */
  readonly value: string | number | boolean | null
}

/** `step.waitForEvent` */
export interface EventWaitCall extends BaseCall {
  readonly kind: 'waitForEvent'
  /** The event that is waited for. */
  readonly event: string
  /** What its payload must have; absent means any event of the tenant. */
  readonly match?: EventMatch
  /** After so long the answer is `null`. */
  readonly timeoutMs: number
}

/** A step that does work. */
export type WorkCall = RunCall | SendCall | JobCall

/** A step that waits. */
export type WaitCall = SleepCall | SleepUntilCall | EventWaitCall

/** A step that the code of a workflow called, checked and numbered. */
export type StepCall = WorkCall | WaitCall

/** An event as a wait for it keeps it. */
export interface AwaitedEvent {
  /** The id of its job. */
  readonly id: string
  /** As it was sent. */
  readonly payload: Json
  /** Epoch milliseconds. */
  readonly sentAt: number
}
