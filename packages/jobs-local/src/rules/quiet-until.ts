import type { DebounceTimes } from '@cgk-platform/jobs-core/provider'

/**
 * Returns when the quiet period of a debounced run ends, in epoch milliseconds.
 *
 * @param since - when the first run of its group was created
 */
export function quietUntil({ periodMs, maxWaitMs }: DebounceTimes, since: number, now: number): number {
  const latest = maxWaitMs === undefined ? Number.POSITIVE_INFINITY : since + maxWaitMs
  return Math.max(now, Math.min(now + periodMs, latest))
}
