import { type Clock, elapsedOf } from '../time/clock.ts'
import { runDetached } from '../ambient/async-context.ts'

/** Code that waits for the end of a turn. */
export interface TurnWaiter {
  /** Called when everything that was ready has run. @param problem - why the clock could not tell; absent if it could */
  turnEnded(problem?: unknown): void
}

/** Lets the code that waits for the same `yield` of a clock share one promise. */
export class EndOfTurn {
  readonly #clock: Pick<Clock, 'now' | 'elapsed' | 'yield'>
  #elapsedMs = 0
  #turn: Promise<void> | undefined
  #waiting: TurnWaiter[] = []

  constructor(clock: Pick<Clock, 'now' | 'elapsed' | 'yield'>) {
    this.#clock = clock
  }

  /** Returns the elapsed time, which is read once in a turn. */
  add(waiter: TurnWaiter): number {
    const turn = this.#clock.yield()
    if (turn === this.#turn) {
      this.#waiting.push(waiter)
      return this.#elapsedMs
    }
    this.#elapsedMs = elapsedOf(this.#clock)
    const waiting = [waiter]
    this.#turn = turn
    this.#waiting = waiting
    const end = (problem?: unknown): void => {
      // An idle engine must not keep its last attempts in memory.
      if (this.#waiting === waiting) [this.#turn, this.#waiting] = [undefined, []]
      for (const one of waiting) one.turnEnded(problem)
    }
    // A cancel may have called in the async context of its request.
    runDetached(() => void turn.then(() => end(), end))
    return this.#elapsedMs
  }
}
