import type { Clock } from '@cgk-platform/jobs-core'

/** Waits by a clock. */
export function pause(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}
