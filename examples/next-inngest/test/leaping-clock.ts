import { type Clock, systemClock, type Timer } from '@cgk-platform/jobs-core/provider'

/** A clock that goes on as the machine's does, and leaps ahead when it is told to. */
export interface LeapingClock extends Clock {
  /** What is due meanwhile comes at once. */
  leap(ms: number): void
}

interface Waiting {
  readonly dueAt: number
  readonly callBack: () => void
  timer: Timer
}

/** Makes a clock for an engine whose sleeps and waits no test can sit out. */
export function createLeapingClock(): LeapingClock {
  let leaptMs = 0
  const waiting = new Set<Waiting>()
  const now = (): number => systemClock.now() + leaptMs
  return {
    ...systemClock,
    now,
    setTimer(delayMs, callback) {
      const callBack = (): void => {
        waiting.delete(one)
        callback()
      }
      const one: Waiting = { dueAt: now() + delayMs, callBack, timer: systemClock.setTimer(delayMs, callBack) }
      waiting.add(one)
      return {
        cancel() {
          waiting.delete(one)
          one.timer.cancel()
        },
        hold: (hold) => one.timer.hold(hold),
      }
    },
    leap(ms) {
      leaptMs += ms
      for (const one of waiting) {
        one.timer.cancel()
        one.timer = systemClock.setTimer(Math.max(0, one.dueAt - now()), one.callBack)
      }
    },
  }
}
