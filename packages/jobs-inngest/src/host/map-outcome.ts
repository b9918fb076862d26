import { ShutdownError } from '@cgk-platform/jobs-core/errors'
import { type JobErrorInfo, type Outcome, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { ServerTime } from '../api/engine-api.ts'
import {
  type CompletedRecord,
  type WorkflowFailure,
  type FailedRecord,
  type ParkedRequest,
  toCompletedRecord,
} from '../wire/attempt-record.ts'

/** The facts about an attempt that its result for Inngest contains. */
export interface AttemptFacts {
  readonly attempt: number
  readonly maxAttempts: number
  /** Epoch milliseconds, by the local clock. */
  readonly startedAt: number
  /** When the next attempt is due, epoch milliseconds: by the local clock, and by the engine's. */
  readonly due: { readonly at: number; readonly atEngine: number }
  /** The part of a workflow that was attempted. */
  readonly workflow?: WorkflowFailure
  /** Set if nothing was attempted, because the code does not fit to the run. */
  readonly parked?: ParkedRequest | undefined
}

/** Minimum time in advance for which Inngest is exact. It can start an attempt that is due sooner too early. */
const minAdvanceMs = 1000

/**
 * Returns when the next attempt is due: no earlier than its policy says, and far enough ahead for Inngest to be exact.
 */
export function dueAfter(
  afterMs: number,
  now: number,
  { offsetMs, roundTripMs }: ServerTime,
): { at: number; atEngine: number } {
  const at = now + Math.max(afterMs, minAdvanceMs + roundTripMs)
  return { at, atEngine: at + offsetMs }
}

/**
 * Converts an outcome for Inngest. A returned value completes the run; a thrown error fails the attempt. The SDK
 * recognizes these errors by name, so they work with any copy of the SDK that the app loads.
 *
 * @throws {Error} named `RetryAfterError` for a retry, or `NonRetriableError` for a permanent failure.
 */
export function mapOutcome(outcome: Outcome, facts: AttemptFacts): CompletedRecord {
  switch (outcome.type) {
    case 'completed':
      return {
        ...toCompletedRecord(outcome, facts.attempt, facts.startedAt),
        ...(facts.workflow && { maxAttempts: facts.maxAttempts }),
      }
    case 'retry':
      throw toRetryError(outcome.error, facts)
    case 'failed':
      throw Object.assign(toError(outcome.error, facts), { name: 'NonRetriableError' })
    case 'cancelled':
      // The run has already ended, so Inngest ignores the result.
      return { attempt: facts.attempt, startedAt: facts.startedAt }
    case 'interrupted':
      // Inngest counts the attempt. Another process retries it soon, without the backoff that follows a crash.
      throw toRetryError(toErrorInfo(new ShutdownError()), facts)
    case 'restarted':
    case 'suspended':
      throw new TypeError('Only the native steps of a run on Inngest suspend it or begin it again.')
  }
}

function toRetryError(error: JobErrorInfo, facts: AttemptFacts): Error {
  const { due } = facts
  // A date by the engine's clock. Inngest would round a number of seconds.
  const retryAfter = new Date(due.atEngine).toISOString()
  return Object.assign(toError(error, facts, due.at), { name: 'RetryAfterError', retryAfter })
}

/** Creates the error to throw, with the message and stack of the original error, which Inngest's dashboard shows. */
function toError(info: JobErrorInfo, facts: AttemptFacts, nextAttemptAt?: number): Error {
  const { stack = '', ...error } = info
  const { attempt, maxAttempts, startedAt, workflow, parked } = facts
  const cause: FailedRecord = {
    attempt,
    maxAttempts,
    startedAt,
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    error,
    ...(workflow && { workflow }),
    ...(parked && { parked }),
  }
  return Object.assign(new Error(error.message, { cause }), { stack })
}
