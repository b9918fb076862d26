import {
  type JobErrorInfo,
  type Json,
  truncateErrorInfo,
  type StepRecord,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import { toCarried } from '../wire/payload.ts'

/** Most of an error that is kept of a step, of its compensation and of the run. */
const maxErrorBytes = 4096
/** Bytes of a message that is too long for that, and of any where there is little room. */
const maxMessageBytes = { usual: 1000, short: 100 }
const maxNameBytes = 40

/** What the compensation of a step takes at most, which has to have its place when it is needed: with a short error. */
const compensationBytes = 384
const quotes = 2

/** The records of a run's steps as its metadata keeps them. */
export interface KeptRecord {
  readonly value: Json
  /** Bytes of it as UTF-8 JSON. */
  readonly bytes: number
  /** The same, with all that compensating adds to it. */
  readonly bytesCompensated: number
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
  const toCompensate = record.steps.filter(({ compensable, compensation }) => compensable && !compensation).length
  return { value, bytes, bytesCompensated: bytes + toCompensate * compensationBytes }
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
  { output, error, compensation, ...step }: StepRecord,
  lost: JobErrorInfo | undefined,
  toKept: (error: JobErrorInfo) => JobErrorInfo,
): StepRecord {
  if (lost) return { ...step, state: 'failed', error: lost }
  return {
    ...step,
    ...(output !== undefined && { output }),
    ...(error && { error: toKept(error) }),
    ...(compensation && {
      compensation: { ...compensation, ...(compensation.error && { error: toKept(compensation.error) }) },
    }),
  }
}

/** Without its stack, which is logged, and cut where it is long. */
function inFewWords(told: JobErrorInfo, errors: 'usual' | 'short'): JobErrorInfo {
  const error = withoutStacks(truncateErrorInfo(told))
  if (errors === 'usual' && bytesOf(error) <= maxErrorBytes) return error
  const { name, message, code } = error
  return {
    name: cut(name, maxNameBytes),
    message: cut(message, maxMessageBytes[errors]),
    ...(code !== undefined && { code: cut(code, maxNameBytes) }),
  }
}

/** A text of which no more is left than so many bytes as JSON. */
function cut(text: string, most: number): string {
  const isLong = (part: string): boolean => bytesOf(part) - quotes > most
  if (!isLong(text)) return text
  let kept = text.slice(0, most)
  while (isLong(kept)) kept = kept.slice(0, Math.floor(kept.length * 0.9))
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}…` // no half of a character
}

function withoutStacks({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStacks(cause) }) }
}
