import type { Clock } from '@cgk-platform/jobs-core/provider'

/** Makes a limited number of calls in each turn of the event loop. The others wait for later turns, in order. */
export class TurnLimit {
  readonly #clock: Pick<Clock, 'turn' | 'yield'>
  readonly #max: number
  #left: number
  #waiting: (() => void)[] = []

  /** @param max - number of calls in a turn */
  constructor(clock: Pick<Clock, 'turn' | 'yield'>, max: number) {
    this.#clock = clock
    this.#max = max
    this.#left = max
  }

  /** Calls `work` at once or in a later turn. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = (): void => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      }
      if (this.#left === this.#max) this.#refillNextTurn()
      if (this.#left === 0) this.#waiting.push(call)
      else {
        this.#left--
        call()
      }
    })
  }

  #refillNextTurn(): void {
    void (this.#clock.turn ?? this.#clock.yield)().then(() => {
      const released = this.#waiting.splice(0, this.#max)
      this.#left = this.#max - released.length
      if (released.length > 0) this.#refillNextTurn()
      for (const call of released) call()
    })
  }
}
