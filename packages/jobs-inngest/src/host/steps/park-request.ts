import type { StepEngine } from '@cgk-platform/jobs-core/hosted'
import type { Outcome } from '@cgk-platform/jobs-core/provider'

import type { HostDependencies } from '../host-dependencies.ts'
import { type AttemptFacts, dueAfter, mapOutcome } from '../map-outcome.ts'
import type { EngineAttempt, RequestParking } from './workflow-attempts.ts'

/** A run that waits for other code, and when it wants to look again. Times are epoch milliseconds. */
export type Parked = NonNullable<Parameters<StepEngine['park']>[0]>

/** Inngest's maximum number of retries. This package counts the attempts of steps and code itself. */
export const retries = 20

/** The retries of a request for one step. */
export interface RequestRetries {
  /** The number of retries that Inngest makes after this attempt. */
  readonly left: number
  /** The number of retries that the step may need once the code fits. */
  readonly kept: number
}

/** Inngest's maximum delay of a retry. */
const maxDelayMs = 86_400_000
/** Looks of a request that has not waited for `soonMs`, although the step may need them as retries. */
const [minShortLooks, soonMs] = [2, 3_600_000]

/**
 * Returns the outcome of a request for one step that this worker's code does not fit to. It cannot sleep, because the SDK
 * reports no other step in such a request, so Inngest retries it. It leaves the step its retries if the others, in ever
 * longer delays, last until `until`.
 */
export function toParkedOutcome(
  { since, until, error, wakeAt }: Parked,
  { left, kept }: RequestRetries,
  now: number,
): Outcome {
  if (left <= 0) return { type: 'failed', error }
  const waitedMs = Math.max(now - since, wakeAt - now)
  const longLooks = Math.ceil((until - now) / maxDelayMs)
  const spareLooks = left - longLooks
  const shortLooks = Math.max(spareLooks - kept, waitedMs < soonMs ? Math.min(spareLooks, minShortLooks) : 0)
  const growth = shortLooks > 0 ? (maxDelayMs / waitedMs) ** (1 / shortLooks) : Number.POSITIVE_INFINITY
  const afterMs = Math.min(Math.max(wakeAt - now, waitedMs * (growth - 1)), maxDelayMs, until - now)
  return { type: 'retry', afterMs: Math.ceil(afterMs), error }
}

/** Returns the retries of a request for one step that waits for other code. @param number - the attempt, from 0 */
export function retriesOf(number: number, { attemptsLeft }: RequestParking, maxAttempts: number): RequestRetries {
  return { left: retries - number, kept: (attemptsLeft ?? maxAttempts) - 1 }
}

/**
 * Makes Inngest retry a request for one step that must wait, so that no attempt of the step is counted, or fail its run.
 *
 * @throws {Error} as `mapOutcome`.
 */
export async function throwParked(
  outcome: Outcome,
  { since, until }: Pick<Parked, 'since' | 'until'>,
  facts: Pick<AttemptFacts, 'attempt' | 'maxAttempts' | 'workflow'> & Pick<EngineAttempt, 'targetStep'>,
  { clock, api }: Pick<HostDependencies, 'clock' | 'api'>,
): Promise<never> {
  const { targetStep: target, attempt, maxAttempts, workflow } = facts
  const startedAt = clock.now()
  const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, startedAt, await api.time())
  const parked = outcome.type === 'retry' ? { since, until, target } : undefined
  mapOutcome(outcome, { attempt, maxAttempts, startedAt, due, ...(workflow && { workflow }), parked })
  throw new TypeError(`A request for one step cannot wait by the outcome \`${outcome.type}\`.`)
}
