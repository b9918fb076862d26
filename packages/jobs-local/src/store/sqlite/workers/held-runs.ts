import type { StoredRun } from '../../../records/stored-run.ts'
import { keyOf } from '../tables/rows.ts'

/** The runs that this process holds. If a transaction is rolled back, so are its changes to this set. */
export class HeldRuns {
  readonly #runs = new Map<number, StoredRun>()
  /** The changed keys of this transaction, each with the run before. */
  #changes: [key: number, before: StoredRun | undefined][] = []

  /** Begins a transaction. */
  begin(): void {
    this.#changes = []
  }

  /** Reverts the changes of the current transaction. */
  rollBack(): void {
    for (const [key, before] of this.#changes.splice(0).toReversed()) this.#set(key, before)
  }

  /** The number of slots that they hold. The other runs of a batch hold none. */
  get slots(): number {
    return [...this.#runs.values()].filter(({ gather }) => gather?.role !== 'follows').length
  }

  /** Returns the runs. */
  all(): Iterable<StoredRun> {
    return this.#runs.values()
  }

  get(run: number): StoredRun | undefined {
    return this.#runs.get(run)
  }

  add(run: StoredRun): void {
    this.#change(keyOf(run).run, run)
  }

  /** Removes a run, but not a later attempt of it that this process has begun after its lease expired. */
  remove(run: StoredRun): void {
    const key = keyOf(run).run
    if (this.#runs.get(key) === run) this.#change(key, undefined)
  }

  /** Returns the runs that this process claimed under another worker id, before others took it for dead. */
  lostBy(worker: number): readonly StoredRun[] {
    return [...this.#runs.values()].filter((run) => keyOf(run).worker !== worker)
  }

  #change(key: number, run: StoredRun | undefined): void {
    this.#changes.push([key, this.#runs.get(key)])
    this.#set(key, run)
  }

  #set(key: number, run: StoredRun | undefined): void {
    if (run) this.#runs.set(key, run)
    else this.#runs.delete(key)
  }
}
