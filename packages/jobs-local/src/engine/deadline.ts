import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'

/** How long the end of an engine may take; it can be shortened, never lengthened. */
export class Deadline {
  readonly #clock: Clock
  readonly #expired: () => void
  readonly #timers: Timer[] = []
  #isOver = false

  /** @param expired - called when it is over */
  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock
    this.#expired = expired
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Lets it be over after this long at the latest, milliseconds; at once for 0. */
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
