import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

/** The machine's clock, which a test can set ahead. */
export interface AdvanceableClock extends Clock {
  /** Sets the clock ahead. Timers that become due fire at once. */
  advance(ms: number): void
}

interface PendingTimer {
  readonly dueAt: number
  readonly callBack: () => void
  timer: Timer
}

/** Creates a clock for an engine with sleeps and waits of several days. */
export function createAdvanceableClock(): AdvanceableClock {
  let advancedMs = 0
  const pending = new Set<PendingTimer>()
  const now = (): number => systemClock.now() + advancedMs
  return {
    ...systemClock,
    now,
    setTimer(delayMs, callback) {
      const callBack = (): void => {
        pending.delete(one)
        callback()
      }
      const one: PendingTimer = { dueAt: now() + delayMs, callBack, timer: systemClock.setTimer(delayMs, callBack) }
      pending.add(one)
      return {
        cancel() {
          pending.delete(one)
          one.timer.cancel()
        },
        hold: (hold) => one.timer.hold(hold),
      }
    },
    advance(ms) {
      advancedMs += ms
      for (const one of pending) {
        one.timer.cancel()
        one.timer = systemClock.setTimer(Math.max(0, one.dueAt - now()), one.callBack)
      }
    },
  }
}
