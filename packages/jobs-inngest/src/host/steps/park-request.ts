import type { StepEngine } from '@cgk-platform/jobs-core/hosted'
import type { Outcome } from '@cgk-platform/jobs-core/provider'

/** A run that waits for other code, and when it wants to look again. Times are epoch milliseconds. */
export type Parked = NonNullable<Parameters<StepEngine['park']>[0]>

/** Inngest's maximum delay of a retry. */
const maxDelayMs = 86_400_000

/**
 * Returns the outcome of a request for one step that this worker's code does not fit to. It cannot sleep, so Inngest
 * retries it. As Inngest retries a request only a few times, each delay is twice the time that the request has waited,
 * or longer if the retries would otherwise end before `until`.
 *
 * @param retriesLeft - the number of retries that Inngest makes after this attempt
 */
export function toParkedOutcome({ since, until, error, wakeAt }: Parked, retriesLeft: number, now: number): Outcome {
  if (retriesLeft === 0) return { type: 'failed', error }
  const neededMs = until - now - (retriesLeft - 1) * maxDelayMs
  const afterMs = Math.min(Math.max(wakeAt - now, 2 * (now - since), neededMs), maxDelayMs, until - now)
  return { type: 'retry', afterMs, error }
}
