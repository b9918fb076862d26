import type { Clock } from './clock.ts'

/** Waits by a clock. */
export function pause(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}
