import type { RetryPolicy } from './retry-config.ts'

/**
 * Returns the delay after a failed attempt, in milliseconds. `fixed`: initialDelay. `linear`: initialDelay·n.
 * `exponential`: initialDelay·factor^(n−1). It is capped at maxDelay, then shortened by the jitter.
 *
 * @param failedAttempt - n, the number of the failed attempt, starting at 1
 * @param random - returns a number from 0 up to 1; called only if the policy has jitter
 */
export function retryDelayMs(policy: RetryPolicy, failedAttempt: number, random: () => number): number {
  const capped = Math.min(uncappedDelayMs(policy, failedAttempt), policy.maxDelayMs)
  return Math.ceil(policy.jitter === 0 ? capped : capped * (1 - policy.jitter * random()))
}

function uncappedDelayMs({ backoff, initialDelayMs, factor }: RetryPolicy, failedAttempt: number): number {
  switch (backoff) {
    case 'fixed':
      return initialDelayMs
    case 'linear':
      return initialDelayMs * failedAttempt
    case 'exponential':
      // 0 · Infinity is NaN, so a delay of 0 stays 0.
      return initialDelayMs === 0 ? 0 : initialDelayMs * factor ** (failedAttempt - 1)
  }
}
