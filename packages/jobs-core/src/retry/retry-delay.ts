import type { RetryPolicy } from './retry-config.ts'

/**
 * Milliseconds to wait after a failed attempt: `fixed` initialDelay, `linear` initialDelay·n, `exponential`
 * initialDelay·factor^(n−1), each capped at maxDelay, then shortened by the jitter.
 *
 * @param failedAttempt - n, the attempt that failed, counted from 1
 * @param random - a number from 0 up to 1, asked only where the policy has jitter
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
      // 0 · Infinity is NaN: a delay of nothing stays nothing.
      return initialDelayMs === 0 ? 0 : initialDelayMs * factor ** (failedAttempt - 1)
  }
}
