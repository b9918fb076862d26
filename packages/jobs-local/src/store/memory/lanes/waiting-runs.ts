import { Fifo } from '../../../queues/fifo.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { rankOf } from '../../../rules/rank-of.ts'

/**
 * The waiting runs of a definition and tenant. Runs of one priority are first in, first out. Of different priorities,
 * the run whose job was due first comes first, where each priority moves the time ahead.
 */
export class WaitingRuns {
  readonly #normal = new Fifo<StoredRun>()
  /** By priority, without 0. */
  #others: Map<number, Fifo<StoredRun>> | undefined

  get size(): number {
    let { size } = this.#normal
    if (this.#others) for (const queue of this.#others.values()) size += queue.size
    return size
  }

  push(run: StoredRun): void {
    if (run.priority === undefined) return this.#normal.push(run)
    this.#others ??= new Map()
    let queue = this.#others.get(run.priority)
    if (!queue) this.#others.set(run.priority, (queue = new Fifo()))
    queue.push(run)
  }

  shift(): StoredRun | undefined {
    return (this.#others ? this.#first(this.#others) : this.#normal).shift()
  }

  /** Removes the runs for which `isIncluded` returns false. */
  filter(isIncluded: (run: StoredRun) => boolean): void {
    this.#normal.filter(isIncluded)
    this.#others?.forEach((queue) => queue.filter(isIncluded))
  }

  #first(others: Map<number, Fifo<StoredRun>>): Fifo<StoredRun> {
    let first = this.#normal
    for (const [priority, queue] of others) {
      if (queue.size === 0) others.delete(priority)
      else if (isBefore(queue, first)) first = queue
    }
    if (others.size === 0) this.#others = undefined
    return first
  }
}

function isBefore(one: Fifo<StoredRun>, other: Fifo<StoredRun>): boolean {
  const [run, next] = [one.peek(), other.peek()]
  if (!run || !next) return run !== undefined
  const [rank, nextRank] = [rankOf(run), rankOf(next)]
  return rank < nextRank || (rank === nextRank && run.job.envelope.id < next.job.envelope.id)
}
