import { copyJson } from '../events/json.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import type { EventMatch, StepKind } from './step-call.ts'
import type { StepRecord, StepState, CompensationRecord } from './workflow-record.ts'

/** The status of a step's compensation. */
export interface CompensationStatus {
  /** Its state. */
  readonly state: CompensationRecord['state']
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
  /** The step's result as JSON. For a wait for an event: its `id`, `payload` and `sentAt`, or `null`. */
  readonly output?: unknown
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
  /** The event or job that a waiting step waits for. */
  readonly waitsFor?: { readonly event: string; readonly match?: EventMatch } | { readonly jobId: string }
  /** When the wait ends at the latest. */
  readonly waitsUntil?: Date
  /** Its compensation; absent until one has started. */
  readonly compensation?: CompensationStatus
}

/** Returns the status of a step as a copy of its record. */
export function toStepStatus(step: StepRecord): StepStatus {
  const { key, kind, state, attempts, maxAttempts, output, error, until } = step
  return {
    id: key,
    kind,
    state,
    attempts,
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...dates(step),
    ...(output !== undefined && { output: copyJson(output) }),
    ...(error && { error: structuredClone(error) }),
    ...(state === 'waiting' && waitOf(step)),
    ...(state === 'waiting' && until !== undefined && { waitsUntil: new Date(until) }),
    ...(step.compensation && { compensation: toCompensationStatus(step.compensation) }),
  }
}

function toCompensationStatus(compensation: CompensationRecord): CompensationStatus {
  const { state, attempts, error } = compensation
  return { state, attempts, ...dates(compensation), ...(error && { error: structuredClone(error) }) }
}

function dates({ startedAt, endedAt, nextAttemptAt }: Pick<StepRecord, 'startedAt' | 'endedAt' | 'nextAttemptAt'>) {
  return {
    startedAt: new Date(startedAt),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt) }),
  }
}

function waitOf({ event, match, jobId }: StepRecord): Pick<StepStatus, 'waitsFor'> {
  if (event !== undefined) return { waitsFor: { event, ...(match && { match: { ...match } }) } }
  return jobId === undefined ? {} : { waitsFor: { jobId } }
}
