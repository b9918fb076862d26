import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

import { DueQueue } from '../queues/due-queue.ts'

interface VirtualTimer {
  readonly callback: () => void
  cancelled: boolean
}

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setImmediate: immediate } = globalThis

/** A clock whose time advances only by calls of `step`. */
export interface VirtualClock extends Clock {
  /** Returns when the next timer is due, in epoch milliseconds. */
  nextTimerAt(): number | undefined
  /**
   * Advances to the next timer due by `until` and runs its callback. If there is none, advances to `until` and returns
   * false.
   */
  step(until: number): boolean
}

/** Creates a virtual clock. @param startMs - its initial time, in epoch milliseconds */
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
          timers.markStale()
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
      if (timer) timer.cancelled = true // a later `cancel` does nothing
      timer?.callback()
      return true
    },
  }
}
