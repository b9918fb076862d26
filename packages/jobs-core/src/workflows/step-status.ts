import { copyJson } from '../events/json.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import type { EventMatch, StepKind } from './step-call.ts'
import type { StepRecord, StepState, UndoRecord } from './workflow-record.ts'

/** How far the undo of a step has come. */
export interface UndoStatus {
  readonly state: UndoRecord['state']
  readonly attempts: number
  readonly startedAt?: Date
  readonly endedAt?: Date
  readonly nextAttemptAt?: Date
  readonly error?: JobErrorInfo
}

/** One step of a workflow's run as it stands now. A field that the engine cannot tell is absent. */
export interface StepStatus {
  /** The step's id, with a number from its second time in the run on: `charge`, `charge#2`. */
  readonly id: string
  readonly kind: StepKind
  readonly state: StepState
  /** Attempts begun so far; a wait has none. */
  readonly attempts: number
  readonly maxAttempts?: number
  readonly startedAt?: Date
  readonly endedAt?: Date
  readonly nextAttemptAt?: Date
  /** What the step answered, as JSON: of a wait for an event its `id`, `payload` and `sentAt`, or `null`. */
  readonly output?: unknown
  readonly error?: JobErrorInfo
  /** What a step that waits, waits for. */
  readonly waitsFor?: { readonly event: string; readonly match?: EventMatch } | { readonly jobId: string }
  /** When the wait is over at the latest. */
  readonly waitsUntil?: Date
  /** What became of its undo, once one began. */
  readonly compensation?: UndoStatus
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
    ...(step.undo && { compensation: toUndoStatus(step.undo) }),
  }
}

function toUndoStatus(undo: UndoRecord): UndoStatus {
  const { state, attempts, error } = undo
  return { state, attempts, ...dates(undo), ...(error && { error: structuredClone(error) }) }
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
