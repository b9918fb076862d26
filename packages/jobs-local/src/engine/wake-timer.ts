import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'

/** Work due within this time keeps the process alive; it is the default of `maxDelay`, so default retries do. */
const holdWithinMs = 60_000

/** What the timer is set by. */
export interface Wake {
  /** When something is due next. */
  readonly dueAt: number | undefined
  /** True where the process must not exit: work is under way, or it is a worker. */
  readonly busy: boolean
}

/**
 * The one timer of an engine. It wakes it when the next thing is due, and it holds the process: while the engine is
 * busy or something is due soon, but not for what is far off.
 */
export class WakeTimer {
  readonly #clock: Clock
  readonly #wake: () => void
  readonly #longestSleepMs: number
  #timer: Timer | undefined
  #at: number | undefined
  #held = false

  /**
   * @param longestSleepMs - how soon it wakes at the latest while something is due, where timers do not count the time
   * that the machine sleeps. Default: not before the instant that is due.
   */
  constructor(clock: Clock, wake: () => void, longestSleepMs: number = Number.POSITIVE_INFINITY) {
    this.#clock = clock
    this.#wake = wake
    this.#longestSleepMs = longestSleepMs
  }

  set({ dueAt = Number.POSITIVE_INFINITY, busy }: Wake): void {
    const now = this.#clock.now()
    const soon = dueAt - now <= holdWithinMs
    if (!busy && dueAt === Number.POSITIVE_INFINITY) return this.clear()
    // Far-off work wakes the engine when it becomes near, for the hold to begin.
    const at = soon || busy ? dueAt : dueAt - holdWithinMs
    if (!this.#timer || this.#at !== at) {
      this.clear()
      this.#at = at
      const sleepMs = Number.isFinite(at) ? Math.min(Math.max(0, at - now), this.#longestSleepMs) : at
      this.#timer = this.#clock.setTimer(sleepMs, () => {
        this.#timer = undefined
        this.#wake()
      })
      this.#held = true
    }
    this.#hold(soon || busy)
  }

  clear(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#at = undefined
  }

  #hold(hold: boolean): void {
    if (this.#held === hold) return
    this.#held = hold
    this.#timer?.hold(hold)
  }
}
