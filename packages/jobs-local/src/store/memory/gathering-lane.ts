import type { StoredRun } from '../../records/stored-run.ts'
import { WaitingRuns } from './lanes/waiting-runs.ts'

/** The runs of a batch job and tenant that wait for a batch. */
export class GatheringLane {
  readonly #waiting = new WaitingRuns()
  /** Those that start again. They lead a batch before the others, because no throttle holds them. */
  readonly #again = new WaitingRuns()
  /** The runs that wait. The queues also contain runs that were cancelled since. */
  readonly #runs = new Set<StoredRun>()
  /** Those of them that have waited long enough. */
  readonly #due = new Set<StoredRun>()
  /** The first of them, once it was looked at. It is in no queue. */
  #first: StoredRun | undefined
  /** The run that waits for the slot of the next batch. */
  leader: StoredRun | undefined

  /** The number of runs that wait. */
  get size(): number {
    return this.#runs.size
  }

  get hasDue(): boolean {
    return this.#due.size > 0
  }

  get isEmpty(): boolean {
    return this.size === 0 && !this.leader
  }

  isDue(run: StoredRun): boolean {
    return this.#due.has(run)
  }

  add(run: StoredRun): void {
    ;(run.startedAt === undefined ? this.#waiting : this.#again).push(run)
    this.#runs.add(run)
  }

  /** Notes that a run has waited long enough. */
  markDue(run: StoredRun): void {
    this.#due.add(run)
  }

  /** Returns the run that is taken next. */
  peek(): StoredRun | undefined {
    while (!this.#first) {
      const next = this.#again.shift() ?? this.#waiting.shift()
      if (!next) return undefined
      if (this.#runs.has(next)) this.#first = next
    }
    return this.#first
  }

  /** Removes a run. Removes the cancelled runs from the queues once they are more than half. */
  remove(run: StoredRun): void {
    this.#runs.delete(run)
    this.#due.delete(run)
    if (this.#first === run) {
      this.#first = undefined
      return
    }
    const queued = this.#waiting.size + this.#again.size
    const left = this.size - (this.#first ? 1 : 0)
    if (left * 2 >= queued) return
    for (const runs of [this.#waiting, this.#again]) runs.filter((one) => this.#runs.has(one))
  }
}
