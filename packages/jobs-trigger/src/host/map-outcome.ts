import type { JobErrorInfo, Json, Outcome } from '@cgk-platform/jobs-core/provider'

import { toWireJson } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { AttemptFailure, type FailedAttempt } from './attempt-failure.ts'
import { requeueThresholdMs } from './requeue-limits.ts'

/** The outcome of an attempt on this host. After `step.restart` with the run that continues this one, or `pending`. */
export type HostOutcome = Outcome & { readonly restartedAs?: string }

/** An outcome as Trigger.dev expects it: an output completes the run, a thrown error fails the attempt. */
export interface MappedOutcome {
  readonly record: AttemptRecord
  /** Absent if the handler returned nothing. */
  readonly output?: Json
  readonly thrown?: AttemptFailure
}

/** Maximum size of an error in a record, in bytes. Trigger.dev silently drops metadata that is too large. */
const maxErrorBytes = 60 * 1024

/**
 * Converts an outcome to the output or error for the SDK, and to the run's record.
 *
 * @param begun - the record of the attempt at its start
 * @param now - the current time, in epoch milliseconds
 */
export function mapOutcome(
  outcome: HostOutcome,
  begun: AttemptRecord,
  attempt: FailedAttempt,
  now: number,
): MappedOutcome {
  switch (outcome.type) {
    case 'completed':
      return mapOutput(outcome.output, begun)
    case 'failed':
      return toFailedOutcome(outcome.error, begun, attempt)
    case 'retry': {
      const { error, afterMs, restartedAs } = outcome
      const restarting = restartedAs !== undefined && { restartedAs }
      const inPlace = afterMs < requeueThresholdMs ? { inPlace: (begun.inPlace ?? 0) + 1 } : {}
      const ended = { endedAt: now, retryAt: now + afterMs, error: toRecordedError(error) }
      const record = { ...begun, ...inPlace, ...restarting, ...ended }
      return { record, thrown: new AttemptFailure(error, attempt, afterMs) }
    }
    case 'restarted':
      return { record: { ...begun, restartedAs: outcome.restartedAs!, output: 'none' } }
    case 'cancelled':
    case 'interrupted': // only a cancel interrupts here
    case 'suspended': // already awaited within the attempt
      // The run has already ended, so Trigger.dev ignores the result.
      return { record: begun }
  }
}

/** Returns the outcome of a run that has failed. */
export function toFailedOutcome(error: JobErrorInfo, begun: AttemptRecord, attempt: FailedAttempt): MappedOutcome {
  return {
    record: { ...begun, error: toRecordedError(error), failed: true },
    thrown: new AttemptFailure(error, attempt),
  }
}

function mapOutput(output: Json | undefined, begun: AttemptRecord): MappedOutcome {
  if (output === undefined) return { record: { ...begun, output: 'none' } }
  if (output === '') return { record: { ...begun, output: 'empty text' }, output }
  const json = toWireJson(output)
  const isText = typeof json === 'string' && json !== output
  return { record: { ...begun, output: isText ? 'json text' : 'whole' }, output: json }
}

/** Removes the stack, which Trigger.dev stores, and the cause if the error is too large. */
function toRecordedError(original: JobErrorInfo): JobErrorInfo {
  const error = withoutStacks(original)
  if (new TextEncoder().encode(JSON.stringify(error)).length <= maxErrorBytes) return error
  const { cause: _, ...withoutCause } = error
  return withoutCause
}

function withoutStacks({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStacks(cause) }) }
}
