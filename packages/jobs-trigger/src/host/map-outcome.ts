import { type JobErrorInfo, type Json, truncateErrorInfo, type Outcome } from '@cgk-platform/jobs-core/provider'

import { toCarried } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { AttemptFailure, type AttemptOf } from './attempt-failure.ts'
import { requeuedFromMs } from './requeues.ts'

/** An outcome in Trigger.dev's words: what is returned completes the run, what is thrown fails the attempt. */
export interface MappedOutcome {
  readonly record: AttemptRecord
  /** Absent where nothing is returned. */
  readonly output?: Json
  readonly thrown?: AttemptFailure
}

/** Most of an error that a record keeps; what is too much for a run's metadata is dropped without a word. */
const maxErrorBytes = 64 * 1024

/**
 * The outcome for the SDK, and what the run's record says of it.
 *
 * @param begun - the record that the attempt began with
 * @param now - epoch milliseconds
 */
export function mapOutcome(outcome: Outcome, begun: AttemptRecord, of: AttemptOf, now: number): MappedOutcome {
  switch (outcome.type) {
    case 'completed':
      return mapOutput(outcome.output, begun)
    case 'failed':
      return toFailed(outcome.error, begun, of)
    case 'retry': {
      const { error, afterMs } = outcome
      const inPlace = afterMs < requeuedFromMs ? { inPlace: (begun.inPlace ?? 0) + 1 } : {}
      const record = { ...begun, ...inPlace, retryAt: now + afterMs, error: toRecordedError(error) }
      return { record, thrown: new AttemptFailure(error, of, afterMs) }
    }
    case 'cancelled':
    case 'interrupted': // nothing here interrupts but a cancel
    case 'suspended': // waited for within the attempt
      // The run has ended already: Trigger.dev takes no notice of what comes.
      return { record: begun }
  }
}

/** A run that has failed for good. */
export function toFailed(error: JobErrorInfo, begun: AttemptRecord, of: AttemptOf): MappedOutcome {
  return {
    record: { ...begun, error: toRecordedError(error), failed: true },
    thrown: new AttemptFailure(error, of),
  }
}

function mapOutput(output: Json | undefined, begun: AttemptRecord): MappedOutcome {
  if (output === undefined) return { record: { ...begun, output: 'none' } }
  if (output === '') return { record: { ...begun, output: 'empty text' }, output }
  const carried = toCarried(output)
  const isText = typeof carried === 'string' && carried !== output
  return { record: { ...begun, output: isText ? 'json text' : 'whole' }, output: carried }
}

/** The stack is kept by Trigger.dev. */
function toRecordedError(told: JobErrorInfo): JobErrorInfo {
  const error = withoutStacks(truncateErrorInfo(told))
  if (new TextEncoder().encode(JSON.stringify(error)).length <= maxErrorBytes) return error
  const { cause: _, ...alone } = error
  return alone
}

function withoutStacks({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStacks(cause) }) }
}
