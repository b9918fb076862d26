import { copyJson } from '../events/json.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import type { EventMatch, StepKind } from './step-call.ts'
import type { StepRecord, StepState, CompensationRecord } from './workflow-record.ts'

/** How far the compensation of a step has come. */
export interface CompensationStatus {
  /** Where it stands. */
  readonly state: CompensationRecord['state']
  /** Begun so far. */
  readonly attempts: number
  /** When its first attempt began. */
  readonly startedAt?: Date
  /** Absent while it goes on. */
  readonly endedAt?: Date
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
}

/** One step of a workflow's run as it stands now. A field that the engine cannot tell is absent. */
export interface StepStatus {
  /** The step's id, with a number from its second time in the run on: `charge`, `charge#2`. */
  readonly id: string
  /** Which method of `step` was called. */
  readonly kind: StepKind
  /** Where it stands. */
  readonly state: StepState
  /** Attempts begun so far; a wait has none. */
  readonly attempts: number
  /** How many it has at most; absent for a wait. */
  readonly maxAttempts?: number
  /** When it was called first. */
  readonly startedAt?: Date
  /** Absent while it goes on. */
  readonly endedAt?: Date
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** What the step answered, as JSON: of a wait for an event its `id`, `payload` and `sentAt`, or `null`. */
  readonly output?: unknown
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
  /** What a step that waits, waits for. */
  readonly waitsFor?: { readonly event: string; readonly match?: EventMatch } | { readonly jobId: string }
  /** When the wait is over at the latest. */
  readonly waitsUntil?: Date
  /** What became of its compensation, once one began. */
  readonly compensation?: CompensationStatus
}

/** The record of a step as its status; nothing of it is shared with the record. */
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
