import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

/** The time limit for closing an engine. A later call can shorten it, never extend it. */
export class Deadline {
  readonly #clock: Clock
  readonly #expired: () => void
  readonly #timers: Timer[] = []
  #isOver = false

  /** @param expired - called when the time is up */
  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock
    this.#expired = expired
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Expires after at most `timeoutMs` milliseconds; immediately for 0. */
  within(timeoutMs: number): void {
    const end = (): void => {
      this.#isOver = true
      this.#expired()
    }
    if (timeoutMs === 0) end()
    else this.#timers.push(this.#clock.setTimer(timeoutMs, end))
  }

  clear(): void {
    for (const timer of this.#timers) timer.cancel()
  }
}
