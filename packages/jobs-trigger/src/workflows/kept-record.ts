import {
  cutErrorInfo,
  type JobErrorInfo,
  type Json,
  type StepRecord,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core'

import { toCarried } from '../wire/payload.ts'

/** Most of an error that is kept of a step, of its undo and of the run. */
const maxErrorBytes = 4096
/** Characters of a message that is too long for that, and of any where there is little room. */
const maxMessage = { usual: 1000, short: 100 }

/** What the undo of a step takes at most, which has to have its place when it is needed. */
const undoBytes = 256

/** The records of a run's steps as its metadata keeps them. */
export interface KeptRecord {
  readonly value: Json
  /** Bytes of it as UTF-8 JSON. */
  readonly bytes: number
  /** The same, with all that undoing adds to it. */
  readonly bytesUndone: number
}

/**
 * Puts the records of steps into the form in which they are kept: errors in few words.
 *
 * @param lost - in place of a step's result that there is no room for: why it failed
 * @param errors - `short` where there is little room
 */
export function toKeptRecord(
  record: WorkflowRecord,
  lost: ReadonlyMap<string, JobErrorInfo>,
  errors: 'usual' | 'short' = 'usual',
): KeptRecord {
  const toKept = (error: JobErrorInfo): JobErrorInfo => inFewWords(error, errors)
  const steps = record.steps.filter(hasBegun).map((step) => toKeptStep(step, lost.get(step.key), toKept))
  const { failure } = record
  const kept = { ...record, steps, ...(failure && { failure: toKept(failure) }) }
  const value = toCarried(kept as unknown as Json)
  const bytes = bytesOf(value)
  const toUndo = record.steps.filter(({ undoable, undo }) => undoable && !undo).length
  return { value, bytes, bytesUndone: bytes + toUndo * undoBytes }
}

/** Bytes of a value as UTF-8 JSON. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length
}

/** A wait whose token is still being made has not: after a crash nobody would make it. */
function hasBegun({ kind, state, handle }: StepRecord): boolean {
  return kind !== 'waitForEvent' || state !== 'waiting' || handle !== undefined
}

function toKeptStep(
  { output, error, undo, ...step }: StepRecord,
  lost: JobErrorInfo | undefined,
  toKept: (error: JobErrorInfo) => JobErrorInfo,
): StepRecord {
  if (lost) return { ...step, state: 'failed', error: lost }
  return {
    ...step,
    ...(output !== undefined && { output }),
    ...(error && { error: toKept(error) }),
    ...(undo && { undo: { ...undo, ...(undo.error && { error: toKept(undo.error) }) } }),
  }
}

/** Without its stack, which is logged, and cut where it is long. */
function inFewWords(told: JobErrorInfo, errors: 'usual' | 'short'): JobErrorInfo {
  const error = withoutStacks(cutErrorInfo(told))
  if (errors === 'usual' && bytesOf(error) <= maxErrorBytes) return error
  const { cause: _, message, ...alone } = error
  const most = maxMessage[errors]
  return cutErrorInfo({ ...alone, message: message.length <= most ? message : `${message.slice(0, most)}…` })
}

function withoutStacks({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStacks(cause) }) }
}
