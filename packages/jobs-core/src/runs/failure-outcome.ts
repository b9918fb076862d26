import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import { retryDelayMs } from '../retry/retry-delay.ts'
import { toErrorInfo } from './error-info.ts'
import type { Outcome } from './outcome.ts'

/** What an engine can keep of delays, attempts and outputs. */
export interface EngineLimits {
  /** The engine's name, for errors. */
  readonly provider: string
  /** A shorter delay is lengthened to this. */
  readonly minRetryDelayMs: number
  /** A longer delay cannot be kept and ends the run. Absent means any. */
  readonly maxRetryDelayMs?: number | undefined
  /** Why no longer delay can be kept, and what to do, as a sentence. Default: that it is the longest. */
  readonly maxRetryDelayNote?: string | undefined
  /** A larger output, as UTF-8 JSON, ends the run as failed. Absent means any. */
  readonly maxOutputBytes?: number | undefined
  /** A larger result of a workflow's step fails it. Default: the portable size of a payload, 120 KiB. */
  readonly maxStepOutputBytes?: number | undefined
  /** False where a send can only lower a definition's number of attempts. Default true. */
  readonly sendsRaiseAttempts?: boolean
}

/** A failed attempt, for classifying. */
export interface FailedAttempt {
  readonly policy: RetryPolicy
  readonly attempt: number
  readonly maxAttempts: number
  readonly now: number
  readonly random: () => number
  readonly limits: EngineLimits | undefined
}

/** Whether what was thrown ends the run or is tried again, and when: never earlier than the policy computes. */
export function toFailureOutcome(thrown: unknown, failed: FailedAttempt): Outcome {
  const { policy, attempt, maxAttempts, now, random, limits } = failed
  if (NonRetryableError.isInstance(thrown) || attempt >= maxAttempts) {
    return { type: 'failed', error: toErrorInfo(thrown) }
  }
  const wantedMs = RetryAfterError.isInstance(thrown)
    ? delayFrom(thrown.retryAfter, now)
    : retryDelayMs(policy, attempt, random)
  if (limits?.maxRetryDelayMs !== undefined && wantedMs > limits.maxRetryDelayMs) {
    return { type: 'failed', error: toErrorInfo(tooLong(wantedMs, limits, thrown)) }
  }
  return { type: 'retry', afterMs: Math.max(wantedMs, limits?.minRetryDelayMs ?? 0), error: toErrorInfo(thrown) }
}

function delayFrom(retryAfter: number | Date, now: number): number {
  return typeof retryAfter === 'number' ? retryAfter : Math.max(0, retryAfter.getTime() - now)
}

function tooLong(wantedMs: number, limits: EngineLimits, cause: unknown): Error {
  const { provider, maxRetryDelayMs, maxRetryDelayNote } = limits
  const longest = `Its longest is ${maxRetryDelayMs} ms: throw a shorter RetryAfterError, or schedule a job of its own.`
  const error = new UnsupportedFeatureError({
    feature: `a retry after ${wantedMs} ms`,
    provider,
    remedy: maxRetryDelayNote ?? longest,
  })
  error.cause = cause
  return error
}
