import type { Clock } from '@cgk-platform/jobs-core/provider'

/** Creates a clock with an offset from another one, negative if behind. It uses the timers of the other. */
export function createSkewedClock(clock: Clock, aheadMs: number): Clock {
  return { ...clock, now: () => clock.now() + aheadMs }
}
