import type { JobErrorInfo, Json, StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

import { toWireJson } from '../wire/payload.ts'

/** Maximum stored size of an error of a step, of its compensation and of the run, in bytes. */
const maxErrorBytes = 4096
/** Maximum size of the message of a shortened error, in bytes. `short`: for every error when space is low. */
const maxMessageBytes = { usual: 1000, short: 100 }
const maxNameBytes = 40

/** Maximum size that the compensation of a step adds, with a short error. This space must be free when it is needed. */
const compensationBytes = 384
const quoteBytes = 2

/** The records of a run's steps in the form that its metadata stores. */
export interface StoredRecord {
  readonly value: Json
  /** Size as UTF-8 JSON, in bytes. */
  readonly bytes: number
  /** The same size with everything that compensating adds. */
  readonly bytesCompensated: number
}

/**
 * Converts step records to the form that the metadata stores, with shortened errors.
 *
 * @param oversized - errors by step key, for steps whose result does not fit; the error replaces the result
 * @param errors - `short` if space is low
 */
export function toStoredRecord(
  record: WorkflowRecord,
  oversized: ReadonlyMap<string, JobErrorInfo>,
  errors: 'usual' | 'short' = 'usual',
): StoredRecord {
  const toStoredError = (error: JobErrorInfo): JobErrorInfo => shorten(error, errors)
  const steps = record.steps.filter(hasBegun).map((step) => toStoredStep(step, oversized.get(step.key), toStoredError))
  const { failure, parked, restart } = record
  const stored = {
    ...record,
    steps,
    ...(failure && { failure: toStoredError(failure) }),
    ...(restart && { restart: { count: restart.count } }), // its payload is that of the run
    ...(parked && { parked: { ...parked, error: toStoredError(parked.error) } }),
  }
  const value = toWireJson(stored as unknown as Json)
  const bytes = jsonBytes(value)
  const toCompensate = record.steps.filter(({ compensable, compensation }) => compensable && !compensation).length
  return { value, bytes, bytesCompensated: bytes + toCompensate * compensationBytes }
}

/** Returns the size of a value as UTF-8 JSON, in bytes. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length
}

/** Returns true if a step has begun. A wait without its token has not: after a crash, nobody would create the token. */
function hasBegun({ kind, state, handle }: StepRecord): boolean {
  return kind !== 'waitForEvent' || state !== 'waiting' || handle !== undefined
}

function toStoredStep(
  { output, error, compensation, ...step }: StepRecord,
  oversized: JobErrorInfo | undefined,
  toStoredError: (error: JobErrorInfo) => JobErrorInfo,
): StepRecord {
  if (oversized) return { ...step, state: 'failed', error: oversized }
  return {
    ...step,
    ...(output !== undefined && { output }),
    ...(error && { error: toStoredError(error) }),
    ...(compensation && {
      compensation: { ...compensation, ...(compensation.error && { error: toStoredError(compensation.error) }) },
    }),
  }
}

/** Removes the stack, which is logged, and cuts the rest if it is too long. */
function shorten(original: JobErrorInfo, errors: 'usual' | 'short'): JobErrorInfo {
  const error = withoutStacks(original)
  if (errors === 'usual' && jsonBytes(error) <= maxErrorBytes) return error
  const { name, message, code } = error
  return {
    name: cut(name, maxNameBytes),
    message: cut(message, maxMessageBytes[errors]),
    ...(code !== undefined && { code: cut(code, maxNameBytes) }),
  }
}

/** Cuts a string to at most `maxBytes` as JSON. */
function cut(text: string, maxBytes: number): string {
  const isTooLong = (part: string): boolean => jsonBytes(part) - quoteBytes > maxBytes
  if (!isTooLong(text)) return text
  let start = text.slice(0, maxBytes)
  while (isTooLong(start)) start = start.slice(0, Math.floor(start.length * 0.9))
  return `${start.replace(/[\uD800-\uDBFF]$/, '')}…` // without an unpaired surrogate
}

function withoutStacks({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStacks(cause) }) }
}
