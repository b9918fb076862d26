import type { Logger } from '../logging/logger.ts'
import type { StepRecord } from '../steps/workflow-record.ts'

/**
 * Detects code that calls its steps in another order than the previous replay. It is not deterministic, or has
 * changed.
 */
export class CallOrder {
  readonly #logger: Logger
  readonly #recorded: readonly string[]
  readonly #places: ReadonlyMap<string, number>
  readonly #called = new Set<string>()
  #next = 0
  #hasWarned = false

  /** @param recorded - the steps of earlier replays, in the order of their calls */
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
        `The steps are called in another order than before: \`${key}\` instead of \`${expected}\`. ` +
        'Each step still gets its own result. Check for random values or outside data between the steps, or for changed code.'
      this.#logger.warn(message, { step: key, before: expected })
      return
    }
    while (this.#next < this.#recorded.length && this.#called.has(this.#recorded[this.#next]!)) this.#next++
  }
}
