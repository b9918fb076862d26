import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'

import { DueQueue } from '../store/memory/due-queue.ts'

interface VirtualTimer {
  readonly callback: () => void
  cancelled: boolean
}

// Taken when this module loads, so that fake timers that a test installs later do not stop it.
const { setImmediate: immediate } = globalThis

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** When the next timer is due. */
  nextTimerAt(): number | undefined
  /** Moves to the next timer up to `until` and calls it back; false where there is none, and the time is `until`. */
  step(until: number): boolean
}

/** Makes a clock that stands at this instant, epoch milliseconds. */
export function createVirtualClock(startMs: number): VirtualClock {
  let now = startMs
  const timers = new DueQueue<VirtualTimer>(({ cancelled }) => cancelled)
  return {
    now: () => now,
    setTimer(delayMs, callback): Timer {
      const timer: VirtualTimer = { callback, cancelled: false }
      if (Number.isFinite(delayMs)) timers.push(now + delayMs, timer)
      return {
        cancel() {
          if (timer.cancelled) return
          timer.cancelled = true
          timers.noteStale()
        },
        hold() {
          // Virtual time keeps no process alive.
        },
      }
    },
    yield: () => new Promise((resolve) => immediate(resolve)),
    nextTimerAt: () => timers.nextAt(),
    step(until) {
      const at = timers.nextAt()
      if (at === undefined || at > until) {
        now = Math.max(now, until)
        return false
      }
      now = Math.max(now, at)
      const timer = timers.takeDue(now)
      if (timer) timer.cancelled = true // a cancel after this has nothing to do
      timer?.callback()
      return true
    },
  }
}
