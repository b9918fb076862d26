import type { StoredRun } from '../job-store.ts'
import { keyOf, type RunKey } from './rows.ts'

type RowKey = Pick<RunKey, 'seq' | 'number'>

/** The runs that this process holds. If a transaction is rolled back, so are its changes to this set. */
export class HeldRuns {
  readonly #runs = new Map<string, StoredRun>()
  /** Functions that revert the changes of this transaction. */
  #reverts: (() => void)[] = []

  /** Begins a transaction. */
  begin(): void {
    this.#reverts = []
  }

  /** Reverts the changes of the current transaction. */
  rollBack(): void {
    for (const revert of this.#reverts.splice(0).toReversed()) revert()
  }

  get size(): number {
    return this.#runs.size
  }

  /** Returns the runs. */
  all(): Iterable<StoredRun> {
    return this.#runs.values()
  }

  get(key: RowKey): StoredRun | undefined {
    return this.#runs.get(nameOf(key))
  }

  add(run: StoredRun): void {
    this.#change(nameOf(keyOf(run)), run)
  }

  /** Removes a run, but not a later attempt of it that this process has begun after its lease expired. */
  remove(run: StoredRun): void {
    const name = nameOf(keyOf(run))
    if (this.#runs.get(name) === run) this.#change(name, undefined)
  }

  /** Returns the runs that this process claimed under another worker id, before others took it for dead. */
  lostBy(worker: number): readonly StoredRun[] {
    return [...this.#runs.values()].filter((run) => keyOf(run).worker !== worker)
  }

  #change(name: string, run: StoredRun | undefined): void {
    const before = this.#runs.get(name)
    this.#reverts.push(() => this.#set(name, before))
    this.#set(name, run)
  }

  #set(name: string, run: StoredRun | undefined): void {
    if (run) this.#runs.set(name, run)
    else this.#runs.delete(name)
  }
}

function nameOf({ seq, number }: RowKey): string {
  return `${seq}/${number}`
}
