/**
 * The facts about a transaction that other processes want to know once it is committed. Create a new one for each try of a
 * transaction. Nothing depends on hints: polling also finds all of it.
 */
export class Hints {
  #isWorkReady = false
  readonly #workers = new Set<number>()

  /** Whether jobs or runs may begin that could not before. */
  get isWorkReady(): boolean {
    return this.#isWorkReady
  }

  /** The workers that have notices. */
  get workers(): ReadonlySet<number> {
    return this.#workers
  }

  /** Jobs or runs may begin that could not before. */
  work(): void {
    this.#isWorkReady = true
  }

  /** A worker has notices. */
  notices(worker: number): void {
    this.#workers.add(worker)
  }
}
