import type { Clock } from '@cgk-platform/jobs-core/provider'

/** A clock that is so far ahead of another one, or behind it where negative. Its timers are the other's. */
export function createSkewedClock(clock: Clock, aheadMs: number): Clock {
  return { ...clock, now: () => clock.now() + aheadMs }
}
