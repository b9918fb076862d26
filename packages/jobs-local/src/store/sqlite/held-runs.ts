import type { StoredRun } from '../job-store.ts'
import { keyOf, type RunKey } from './rows.ts'

type RowKey = Pick<RunKey, 'seq' | 'number'>

/** The runs that are under way here. What a transaction changes of them is compensated with it. */
export class HeldRuns {
  readonly #runs = new Map<string, StoredRun>()
  /** What compensates the changes of this transaction. */
  #compensations: (() => void)[] = []

  /** Begins a transaction. */
  begin(): void {
    this.#compensations = []
  }

  rolledBack(): void {
    for (const compensation of this.#compensations.splice(0).toReversed()) compensation()
  }

  get(key: RowKey): StoredRun | undefined {
    return this.#runs.get(nameOf(key))
  }

  add(run: StoredRun): void {
    this.#change(nameOf(keyOf(run)), run)
  }

  /** Not a later attempt that this process has begun, after it was taken for dead. */
  remove(run: StoredRun): void {
    const name = nameOf(keyOf(run))
    if (this.#runs.get(name) === run) this.#change(name, undefined)
  }

  /** Those that another worker than this one held, who this process was before it was taken for dead. */
  lostBy(worker: number): readonly StoredRun[] {
    return [...this.#runs.values()].filter((run) => keyOf(run).worker !== worker)
  }

  #change(name: string, run: StoredRun | undefined): void {
    const before = this.#runs.get(name)
    this.#compensations.push(() => this.#set(name, before))
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
