import type { JobErrorInfo } from '../errors/job-error-info.ts'

/** The kind of a step, named after its method. */
export type StepKind =
  | 'run'
  | 'sleep'
  | 'sleepUntil'
  | 'waitForEvent'
  | 'waitForSignal'
  | 'sendEvent'
  | 'runJob'
  | 'patched'

/** The state of a step. */
export type StepState = 'running' | 'waiting' | 'retrying' | 'completed' | 'failed' | 'cancelled'

/** The state of a step's compensation. */
export type CompensationState = 'running' | 'retrying' | 'completed' | 'failed'

/** A value that an awaited event can be matched by. */
export type MatchValue = string | number | boolean | null

/** Top-level fields of an awaited event's payload, with the values that they must have. */
export type EventMatch = Readonly<Record<string, MatchValue>>

/** The status of a step's compensation. */
export interface CompensationStatus {
  /** Its state. */
  readonly state: CompensationState
  /** Number of attempts that have started. */
  readonly attempts: number
  /** When its first attempt started. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
}

/** The status of one step of a workflow's run. A field that the engine does not report is absent. */
export interface StepStatus {
  /** The step's id. Repeated ids are numbered: `charge`, `charge#2`. */
  readonly id: string
  /** Which method of `step` was called. */
  readonly kind: StepKind
  /** Its state. */
  readonly state: StepState
  /** Number of attempts that have started; 0 for a wait. */
  readonly attempts: number
  /** Maximum number of attempts; absent for a wait. */
  readonly maxAttempts?: number
  /** When the code first called it. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** The step's result as JSON. For a wait for an event or a signal: its `id`, `payload` and `sentAt`, or `null`. */
  readonly output?: unknown
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
  /** The event, signal or job that a waiting step waits for. */
  readonly waitsFor?:
    | {
        readonly event: string
        readonly match?: EventMatch
        /** Since when earlier events count. Absent: they do not, or the engine does not report it. */
        readonly since?: Date
      }
    | { readonly signal: string }
    | { readonly jobId: string }
  /** When the wait ends at the latest. */
  readonly waitsUntil?: Date
  /** Its compensation; absent until one has started. */
  readonly compensation?: CompensationStatus
}
