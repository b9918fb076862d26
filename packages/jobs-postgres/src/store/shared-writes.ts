import { runDetached } from '@cgk-platform/jobs-core/scheduling'

import { isRejected } from './is-rejected.ts'

/** The options of `SharedWrites`. */
export interface SharedWritesOptions<Entry, Result> {
  /** Writes a batch. Returns the results in its order. */
  readonly write: (batch: readonly Entry[]) => Promise<readonly Result[]>
  /** Returns which of the waiting entries to write next. */
  readonly next: (waiting: readonly Entry[]) => readonly Entry[]
  /** Resolves once the entries have come that share the first write. Default: those of the same turn. */
  readonly gathered?: () => Promise<void>
}

interface Settler<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (problem: unknown) => void
}

/** Writes of a process. Those that come while one is on its way share the next one. */
export class SharedWrites<Entry extends object, Result> {
  readonly #options: SharedWritesOptions<Entry, Result>
  readonly #waiting = new Map<Entry, Settler<Result>>()
  #isWriting = false

  constructor(options: SharedWritesOptions<Entry, Result>) {
    this.#options = options
  }

  /** Writes an entry. @throws if the database rejects it, or its batch fails for another reason. */
  add(entry: Entry): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(entry, { resolve, reject })
      if (this.#isWriting) return
      this.#isWriting = true
      // Outside the async context of this entry, to which the others do not belong.
      runDetached(() => void this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    const { next, gathered = () => Promise.resolve() } = this.#options
    await gathered()
    while (this.#waiting.size > 0) await this.#write(next([...this.#waiting.keys()]))
    this.#isWriting = false
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    try {
      const results = await this.#options.write(batch)
      for (const [index, entry] of batch.entries()) this.#take(entry).resolve(results[index]!)
    } catch (error) {
      if (batch.length === 1 || !isRejected(error)) return batch.forEach((entry) => this.#take(entry).reject(error))
      // Finds the entries that the database rejects.
      for (const entry of batch) await this.#write([entry])
    }
  }

  #take(entry: Entry): Settler<Result> {
    const settler = this.#waiting.get(entry)!
    this.#waiting.delete(entry)
    return settler
  }
}
