import type { Envelope } from '@cgk-platform/jobs-core/provider'
import type { DebounceTimes } from '@cgk-platform/jobs-core/scheduling'

/**
 * Returns when a job that is taken now was sent or came due. A worker can take it later, for example after a restart.
 * The clock of its sender can be ahead.
 */
export function arrivedAt({ runAt, sentAt }: Pick<Envelope, 'runAt' | 'sentAt'>, now: number): number {
  return Math.min(now, runAt ?? sentAt)
}

/**
 * Returns when the quiet period of a debounced run ends, in epoch milliseconds.
 *
 * @param since - when the first run of its group was created
 */
export function quietUntil({ periodMs, maxWaitMs }: DebounceTimes, since: number, now: number): number {
  const latest = maxWaitMs === undefined ? Number.POSITIVE_INFINITY : since + maxWaitMs
  return Math.max(now, Math.min(now + periodMs, latest))
}
