import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import { retryDelayMs } from '../retry/retry-delay.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'
import type { Outcome } from '../hooks/outcome.ts'

/** Facts about a failed attempt that decide how its run continues. */
export interface FailedAttempt {
  readonly policy: RetryPolicy
  readonly attempt: number
  readonly maxAttempts: number
  readonly now: number
  readonly random: () => number
  readonly limits: EngineLimits
}

/**
 * Returns whether the run fails or retries, and after which delay. A retry is never earlier than the policy computes. A
 * run whose `backoff` function fails has no delay, so it fails.
 */
export function toFailureOutcome(thrown: unknown, failed: FailedAttempt): Outcome {
  const { policy, attempt, maxAttempts, now, random, limits } = failed
  if (NonRetryableError.isInstance(thrown) || attempt >= maxAttempts) {
    return { type: 'failed', error: toErrorInfo(thrown) }
  }
  let wantedMs: number
  try {
    wantedMs = RetryAfterError.isInstance(thrown)
      ? delayFrom(thrown.retryAfter, now)
      : retryDelayMs(policy, attempt, random, thrown)
  } catch (error) {
    if (!InvalidOptionError.isInstance(error)) throw error // the host's random number generator
    error.cause = thrown
    return { type: 'failed', error: toErrorInfo(error) }
  }
  if (limits.maxRetryDelayMs !== undefined && wantedMs > limits.maxRetryDelayMs) {
    return { type: 'failed', error: toErrorInfo(tooLong(wantedMs, limits, thrown)) }
  }
  return { type: 'retry', afterMs: Math.max(wantedMs, limits.minRetryDelayMs), error: toErrorInfo(thrown) }
}

function delayFrom(retryAfter: number | Date, now: number): number {
  return typeof retryAfter === 'number' ? retryAfter : Math.max(0, retryAfter.getTime() - now)
}

function tooLong(wantedMs: number, limits: EngineLimits, cause: unknown): Error {
  const { provider, maxRetryDelayMs, maxRetryDelayNote } = limits
  const maximum = `The maximum is ${maxRetryDelayMs} ms. Retry after a shorter delay, or schedule another job.`
  const error = new UnsupportedFeatureError({
    feature: `a retry after ${wantedMs} ms`,
    provider,
    remedy: maxRetryDelayNote ?? maximum,
  })
  error.cause = cause
  return error
}
