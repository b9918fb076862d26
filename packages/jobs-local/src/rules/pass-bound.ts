import { turnBatch } from './turn-batch.ts'

/** Bounds how often one claim meets work that cannot start. Each time, the claim moves that work out of its way for good. */
export class PassBound {
  #left = turnBatch
  #isCut = false

  /** True once the claim stops before it has looked everywhere. The next claim continues at once. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Stops the claim, because more work must be moved first. */
  cut(): void {
    this.#isCut = true
  }

  /** Counts one. Returns false if the claim must stop. */
  take(): boolean {
    if (this.#left === 0) this.#isCut = true
    else this.#left--
    return !this.#isCut
  }
}
