import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

/** Work due within this time keeps the process alive. Equals the default `maxDelay`, so default retries do so. */
const keepAliveWithinMs = 60_000

/** The state that determines the timer. */
export interface Wake {
  /** When work is due next, in epoch milliseconds. */
  readonly dueAt: number | undefined
  /** Whether the process must stay alive: an attempt is running, or the process is a worker. */
  readonly busy: boolean
}

/**
 * The only timer of an engine. Wakes the engine when work is due. Keeps the process alive while the engine is busy or
 * work is due within a minute, but not for later work.
 */
export class WakeTimer {
  readonly #clock: Clock
  readonly #wake: () => void
  readonly #maxSleepMs: number
  #timer: Timer | undefined
  #at: number | undefined
  #held = false

  /**
   * @param maxSleepMs - maximum time between two checks of the clock while work is due, for timers that do not count
   * the time that the machine sleeps. Default: no maximum.
   */
  constructor(clock: Clock, wake: () => void, maxSleepMs: number = Number.POSITIVE_INFINITY) {
    this.#clock = clock
    this.#wake = wake
    this.#maxSleepMs = maxSleepMs
  }

  set({ dueAt = Number.POSITIVE_INFINITY, busy }: Wake): void {
    const now = this.#clock.now()
    const isSoon = dueAt - now <= keepAliveWithinMs
    // The timer of a busy engine is released, not cleared: an idle process would set a new one for each job.
    if (!busy && dueAt === Number.POSITIVE_INFINITY && this.#at !== dueAt) return this.clear()
    // For later work, wake the engine a minute before it is due, so that it then keeps the process alive.
    const at = isSoon || busy ? dueAt : dueAt - keepAliveWithinMs
    if (!this.#timer || this.#at !== at) {
      this.clear()
      this.#at = at
      const sleepMs = Number.isFinite(at) ? Math.min(Math.max(0, at - now), this.#maxSleepMs) : at
      this.#timer = this.#clock.setTimer(sleepMs, () => {
        this.#timer = undefined
        this.#wake()
      })
      this.#held = true
    }
    this.#hold(isSoon || busy)
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
