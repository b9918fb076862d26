import { retryDelayMs } from '@cgk-platform/jobs-core'
import type { RetryPolicy } from '@cgk-platform/jobs-core/hosted'
import type { EngineLimits } from '@cgk-platform/jobs-core/provider'

import type { AttemptRecord } from '../wire/run-record.ts'
import { triggerLimits } from './host-dependencies.ts'

/** Retry delay from which a run returns to its queue, in milliseconds. A shorter delay passes in the run's process. */
export const requeueThresholdMs = 30_000

/** Maximum number of returns of a run to its queue. The next time, the server ends it without calling any hook. */
export const maxRequeues = 11

/**
 * Returns the number of attempts that a policy can have on this engine, or `undefined` if it exceeds no limit. The delays
 * of a `backoff` function are not known before the attempts fail.
 */
export function requeueAttemptsLimit(policy: RetryPolicy): number | undefined {
  if (typeof policy.backoff === 'function') return undefined
  let requeues = 0
  for (let attempt = 1; attempt < policy.maxAttempts; attempt++) {
    // Without jitter, which only shortens delays.
    if (retryDelayMs(policy, attempt, () => 0) >= requeueThresholdMs) requeues++
    if (requeues > maxRequeues) return attempt
  }
  return undefined
}

const noMoreRequeues =
  `A run can have at most ${maxRequeues} retry delays of 30 s or more, and this run has had all of them. ` +
  `Allow at most ${maxRequeues + 1} attempts, or keep the delays below 30 s.`

/**
 * Returns the engine limits of an attempt. A run that cannot return to its queue again can have only short delays.
 *
 * @param attempt - the server's count, because a process that died also returned the run to its queue
 */
export function limitsForAttempt(attempt: number, { inPlace = 0 }: Pick<AttemptRecord, 'inPlace'>): EngineLimits {
  const requeues = attempt - 1 - inPlace
  if (requeues < maxRequeues) return triggerLimits
  return { ...triggerLimits, maxRetryDelayMs: requeueThresholdMs - 1, maxRetryDelayNote: noMoreRequeues }
}
