import type { Logger } from '../logging/logger.ts'
import type { StepRecord } from './workflow-record.ts'

/** Notices code that calls its steps in another order than the pass before: it is random somewhere, or was changed. */
export class CallOrder {
  readonly #logger: Logger
  readonly #recorded: readonly string[]
  readonly #places: ReadonlyMap<string, number>
  readonly #called = new Set<string>()
  #next = 0
  #hasWarned = false

  /** @param recorded - the steps of the passes before, in the order of their calls */
  constructor(recorded: readonly StepRecord[], logger: Logger) {
    this.#logger = logger
    this.#recorded = recorded.map(({ key }) => key)
    this.#places = new Map(this.#recorded.map((key, place) => [key, place]))
  }

  called(key: string): void {
    const place = this.#places.get(key)
    if (place === undefined || this.#hasWarned) return
    this.#called.add(key)
    const expected = this.#recorded[this.#next]
    if (place !== this.#next) {
      this.#hasWarned = true
      const message =
        `The steps come in another order than before: \`${key}\` where \`${expected}\` was. ` +
        'Each still finds its own result. Is something random, or read from outside, between the steps, or was the code changed?'
      this.#logger.warn(message, { step: key, before: expected })
      return
    }
    while (this.#next < this.#recorded.length && this.#called.has(this.#recorded[this.#next]!)) this.#next++
  }
}
