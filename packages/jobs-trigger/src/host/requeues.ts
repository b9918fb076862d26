import { retryDelayMs } from '@cgk-platform/jobs-core'
import type { EngineLimits, RetryPolicy } from '@cgk-platform/jobs-core/provider'

import type { AttemptRecord } from '../wire/run-record.ts'
import { triggerLimits } from './host-parts.ts'

/** A shorter delay before an attempt is waited for in the run's place; from this on the run goes back into its queue. */
export const requeuedFromMs = 30_000

/** How often a run can. The next time the server ends it, whatever is said of its attempts, and tells nobody. */
export const mostRequeues = 11

/** How many attempts a policy can have, or `undefined` where it asks for no more than can be made. */
export function attemptsLimitOf(policy: RetryPolicy): number | undefined {
  let requeues = 0
  for (let attempt = 1; attempt < policy.maxAttempts; attempt++) {
    // Without jitter, which shortens.
    if (retryDelayMs(policy, attempt, () => 0) >= requeuedFromMs) requeues++
    if (requeues > mostRequeues) return attempt
  }
  return undefined
}

const noMoreRequeues =
  `This run has waited for 30 s and more as often as a run can, ${mostRequeues} times: ` +
  `allow ${mostRequeues + 1} attempts or fewer, or keep their delays below 30 s.`

/**
 * What the engine can keep for an attempt: a run that was in its queue as often as can be has only short delays left.
 *
 * @param attempt - the server's count: a process that died sent the run back into its queue, too
 */
export function limitsFor(attempt: number, { inPlace = 0 }: Pick<AttemptRecord, 'inPlace'>): EngineLimits {
  const requeues = attempt - 1 - inPlace
  if (requeues < mostRequeues) return triggerLimits
  return { ...triggerLimits, maxRetryDelayMs: requeuedFromMs - 1, maxRetryDelayNote: noMoreRequeues }
}
