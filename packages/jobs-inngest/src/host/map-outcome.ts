import { ShutdownError } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, truncateErrorInfo, type Outcome, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { ServerTime } from '../api/engine-api.ts'
import {
  type CompletedRecord,
  type WorkflowFailure,
  type FailedRecord,
  toCompletedRecord,
} from '../wire/attempt-record.ts'

/** What an attempt's outcome is told with. */
export interface AttemptFacts {
  readonly attempt: number
  readonly maxAttempts: number
  /** Epoch milliseconds, by our clock. */
  readonly startedAt: number
  /** When a next attempt would be due, epoch milliseconds: by our clock, and by the engine's. */
  readonly due: { readonly at: number; readonly atEngine: number }
  /** What of a workflow it was. */
  readonly workflow?: WorkflowFailure
}

/** An attempt that is due less than this after Inngest is told of it may begin too early. */
const exactAheadMs = 1000

/** When the attempt after a failed one is due: never before its policy says, nor so soon that Inngest cannot keep it. */
export function dueAfter(
  afterMs: number,
  now: number,
  { offsetMs, roundTripMs }: ServerTime,
): { at: number; atEngine: number } {
  const at = now + Math.max(afterMs, exactAheadMs + roundTripMs)
  return { at, atEngine: at + offsetMs }
}

/**
 * The outcome in Inngest's words: what is returned completes the run, what is thrown fails the attempt. The errors are
 * told by their names, which the SDK goes by, so that they work with whichever copy of the SDK an app has loaded.
 *
 * @throws what makes Inngest do as the outcome says.
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
      // The run has ended already: Inngest takes no notice of what comes.
      return { attempt: facts.attempt, startedAt: facts.startedAt }
    case 'interrupted':
      // Inngest counts the attempt; it is made again soon, by another process, and not after the pause for one that died.
      throw toRetryError(toErrorInfo(new ShutdownError()), facts)
    case 'suspended':
      throw new TypeError('A run on Inngest waits by its native steps, not by its outcome.')
  }
}

function toRetryError(error: JobErrorInfo, facts: AttemptFacts): Error {
  const { due } = facts
  // A date and not a number of seconds, which Inngest rounds; it is kept by the engine's own clock.
  const retryAfter = new Date(due.atEngine).toISOString()
  return Object.assign(toError(error, facts, due.at), { name: 'RetryAfterError', retryAfter })
}

/** The message and the stack are those of the error itself, as Inngest's dashboard shows them. */
function toError(told: JobErrorInfo, facts: AttemptFacts, nextAttemptAt?: number): Error {
  const { stack = '', ...error } = truncateErrorInfo(told)
  const { attempt, maxAttempts, startedAt, workflow } = facts
  const cause: FailedRecord = {
    attempt,
    maxAttempts,
    startedAt,
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    error,
    ...(workflow && { workflow }),
  }
  return Object.assign(new Error(error.message, { cause }), { stack })
}
