import type { Connection } from './file/connection.ts'
import { lastSeq } from './tables/jobs-table.ts'
import { countWaiting } from './tables/waiting-jobs.ts'

interface Counted {
  /** The number of waiting jobs when they were counted. */
  readonly count: number
  /** The last number that a job had then. */
  readonly seq: number
  /** The transaction in which they were counted. */
  readonly transaction: number
}

/** Most counts to remember. */
const maxCounts = 10_000

/**
 * The places for waiting jobs. Later jobs have higher numbers, so a count and the last number bound the jobs that wait
 * now, except unhandled ones that another process retries: they wait again with their old numbers. The jobs are counted
 * again only if that bound leaves no place, at most once in a transaction.
 */
export class WaitingPlaces {
  readonly #connection: Connection
  readonly #beforeCount: () => unknown
  readonly #counts = new Map<string | undefined, Counted>()
  #transaction = 0

  /** @param beforeCount - writes the runs of the transaction */
  constructor(connection: Connection, beforeCount: () => unknown) {
    this.#connection = connection
    this.#beforeCount = beforeCount
  }

  beginTransaction(): void {
    this.#transaction++
  }

  /** Forgets all counts: the transaction was rolled back, or a job waits again. */
  forget(): void {
    this.#counts.clear()
  }

  /** Returns how many of `wanted` jobs may be added so that at most `limit` wait, those of a tenant or all. */
  placesFor(wanted: number, limit: number, tenantId?: string): number {
    const seq = lastSeq(this.#connection)
    const known = this.#counts.get(tenantId)
    if (known) {
      const places = limit - known.count - (seq - known.seq)
      if (places >= wanted || known.transaction === this.#transaction) return Math.min(wanted, places)
    }
    this.#beforeCount()
    const count = countWaiting(this.#connection, limit, tenantId)
    if (this.#counts.size >= maxCounts) this.#counts.clear()
    this.#counts.set(tenantId, { count, seq, transaction: this.#transaction })
    return Math.min(wanted, limit - count)
  }
}
