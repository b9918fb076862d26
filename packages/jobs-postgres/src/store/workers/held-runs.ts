import type { StoredRun } from '@cgk-platform/jobs-local/engine'

import { keyOf, type RunKey } from '../rows.ts'

/** The runs that this process holds. Change it once the transaction that holds or settles them is committed. */
export class HeldRuns {
  readonly #runs = new Map<string, StoredRun>()

  /** Returns the runs. */
  all(): readonly StoredRun[] {
    return [...this.#runs.values()]
  }

  /** The number of slots that they hold. The other runs of a batch hold none. */
  get slots(): number {
    return this.all().filter(({ gather }) => gather?.role !== 'follows').length
  }

  get(key: Pick<RunKey, 'job' | 'number'>): StoredRun | undefined {
    return this.#runs.get(nameOf(key))
  }

  add(run: StoredRun): void {
    this.#runs.set(nameOf(keyOf(run)), run)
  }

  /** Removes a run, but not a later attempt of it that this process has begun after its lease expired. */
  remove(run: StoredRun): void {
    const name = nameOf(keyOf(run))
    if (this.#runs.get(name) === run) this.#runs.delete(name)
  }

  /** Returns the runs that this process claimed under another worker id, before others took it for dead. */
  lostBy(worker: number): readonly StoredRun[] {
    return this.all().filter((run) => keyOf(run).worker !== worker)
  }
}

function nameOf({ job, number }: Pick<RunKey, 'job' | 'number'>): string {
  return `${job} ${number}`
}
