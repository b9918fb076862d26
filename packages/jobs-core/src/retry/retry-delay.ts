import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { toError, toErrorInfo } from '../errors/error-info.ts'
import { readDuration } from '../options/duration.ts'
import type { Backoff, RetryPolicy } from './retry-config.ts'

/**
 * Returns the delay after a failed attempt, in milliseconds. `fixed`: initialDelay. `linear`: initialDelay·n.
 * `exponential`: initialDelay·factor^(n−1). It is capped at maxDelay, then shortened by the jitter. A `backoff` function
 * decides alone.
 *
 * @param failedAttempt - n, the number of the failed attempt, starting at 1
 * @param random - returns a number from 0 up to 1; called only if the policy has jitter
 * @param thrown - the error of the attempt, for a `backoff` function
 * @throws {InvalidOptionError} if a `backoff` function throws, or returns something other than a duration.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  failedAttempt: number,
  random: () => number,
  thrown: unknown = new Error('The error of the attempt is unknown.'),
): number {
  if (typeof policy.backoff === 'function') return ownDelayMs(policy.backoff, failedAttempt, thrown)
  const capped = Math.min(uncappedDelayMs(policy, failedAttempt), policy.maxDelayMs)
  return Math.ceil(policy.jitter === 0 ? capped : capped * (1 - policy.jitter * random()))
}

function ownDelayMs(backoff: Exclude<Backoff, string>, failedAttempt: number, thrown: unknown): number {
  const remedy = "Return the delay: milliseconds, or a string such as `'30s'`."
  const createError = (problem: string): Error => new InvalidOptionError({ option: 'retry.backoff', problem, remedy })
  let delay: unknown
  try {
    delay = backoff(failedAttempt, toError(thrown))
  } catch (error) {
    throw createError(`threw an error: ${toErrorInfo(error).message}`)
  }
  return readDuration(delay, (problem) => createError(problem.replace(/^is/, 'returned a value that is')))
}

function uncappedDelayMs({ backoff, initialDelayMs, factor }: RetryPolicy, failedAttempt: number): number {
  switch (backoff) {
    case 'fixed':
      return initialDelayMs
    case 'linear':
      return initialDelayMs * failedAttempt
    default: // exponential
      // 0 · Infinity is NaN, so a delay of 0 stays 0.
      return initialDelayMs === 0 ? 0 : initialDelayMs * factor ** (failedAttempt - 1)
  }
}
