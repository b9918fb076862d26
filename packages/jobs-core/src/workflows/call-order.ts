import type { Logger } from '../logging/logger.ts'
import type { StepRecord } from '../steps/workflow-record.ts'

/**
 * Compares the calls of the code with those of earlier replays. Another order is a warning: the code is not
 * deterministic, or has changed.
 */
export class CallOrder {
  readonly #logger: Logger
  readonly #recorded: readonly StepRecord[]
  readonly #places: ReadonlyMap<string, number>
  readonly #called = new Set<string>()
  #next = 0
  /** The place after the last recorded step that was called. */
  #end = 0
  /** The place before which an uncalled step was removed from the code. */
  #settled = 0
  #hasWarned = false

  /** @param recorded - the steps of earlier replays, in the order of their calls */
  constructor(recorded: readonly StepRecord[], logger: Logger) {
    this.#logger = logger
    this.#recorded = [...recorded]
    this.#places = new Map(this.#recorded.map(({ key }, place) => [key, place]))
  }

  /** The steps of earlier replays that the code may still call. */
  get ahead(): readonly StepRecord[] {
    if (this.#next === this.#recorded.length || this.#settled === this.#recorded.length) return []
    return this.#recorded.slice(this.#settled).filter(({ key }) => !this.#called.has(key))
  }

  /**
   * Tells that the code awaits nothing: what it calls next comes after all that it has called. Otherwise it can have
   * parallel branches, and a branch that is behind the others calls steps that were recorded before those of the others.
   */
  settle(): void {
    this.#settled = this.#end
  }

  called(key: string): void {
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#end = Math.max(this.#end, place + 1)
    this.#called.add(key)
    if (place !== this.#next && !this.#hasWarned) this.#warn(key, this.#recorded[this.#next]!.key)
    while (this.#next < this.#recorded.length && this.#called.has(this.#recorded[this.#next]!.key)) this.#next++
  }

  #warn(key: string, expected: string): void {
    this.#hasWarned = true
    const message =
      `The steps are called in another order than before: \`${key}\` instead of \`${expected}\`. ` +
      'Each step still gets its own result. Check for random values or outside data between the steps, or for changed code.'
    this.#logger.warn(message, { step: key, before: expected })
  }
}
