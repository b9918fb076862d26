import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'

/** A clock that tells which of its timers are set. */
export interface CountingClock extends Clock {
  /** The delays of the timers that are set now. */
  readonly pendingMs: readonly number[]
  /** How many of them hold the process. */
  readonly held: number
  /** The most that were ever set at once. */
  readonly most: number
}

/** Counts the timers of another clock. */
export function createCountingClock(clock: Clock): CountingClock {
  const pending = new Map<object, { readonly delayMs: number; held: boolean }>()
  let most = 0
  return {
    now: () => clock.now(),
    yield: () => clock.yield(),
    get pendingMs() {
      return [...pending.values()].map(({ delayMs }) => delayMs)
    },
    get held() {
      return [...pending.values()].filter(({ held }) => held).length
    },
    get most() {
      return most
    },
    setTimer(delayMs, callback): Timer {
      const key = {}
      const timer = clock.setTimer(delayMs, () => {
        pending.delete(key)
        callback()
      })
      pending.set(key, { delayMs, held: true })
      most = Math.max(most, pending.size)
      return {
        cancel() {
          pending.delete(key)
          timer.cancel()
        },
        hold(hold) {
          const one = pending.get(key)
          if (one) one.held = hold
          timer.hold(hold)
        },
      }
    },
  }
}
