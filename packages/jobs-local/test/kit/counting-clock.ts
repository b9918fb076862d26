import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

/** A clock that exposes its pending timers. */
export interface CountingClock extends Clock {
  /** The delays of the pending timers. */
  readonly pendingMs: readonly number[]
  /** Number of pending timers that keep the process alive. */
  readonly held: number
  /** Maximum number of timers that were pending at once. */
  readonly maxPending: number
}

/** Wraps a clock to count its timers. */
export function createCountingClock(clock: Clock): CountingClock {
  const pending = new Map<object, { readonly delayMs: number; held: boolean }>()
  let maxPending = 0
  return {
    now: () => clock.now(),
    yield: () => clock.yield(),
    get pendingMs() {
      return [...pending.values()].map(({ delayMs }) => delayMs)
    },
    get held() {
      return [...pending.values()].filter(({ held }) => held).length
    },
    get maxPending() {
      return maxPending
    },
    setTimer(delayMs, callback): Timer {
      const key = {}
      const timer = clock.setTimer(delayMs, () => {
        pending.delete(key)
        callback()
      })
      pending.set(key, { delayMs, held: true })
      maxPending = Math.max(maxPending, pending.size)
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
