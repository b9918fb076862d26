import { turnBatch } from '../../rules/turn-batch.ts'
import { Fifo } from '../../queues/fifo.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import type { Kept } from '../job-store.ts'

/** The store of the jobs. */
interface RetainedJobsOwner {
  deleteJob(job: StoredJob): void
  /** Returns the id of the open job that needs an ended one, or `undefined`. */
  neededBy?(job: StoredJob): string | undefined
}

/** Deletes the oldest ended jobs, so that the memory of a long-running process does not grow. */
export class RetainedJobs {
  readonly #kept: Kept
  readonly #owner: RetainedJobsOwner
  readonly #entries = new Fifo<Entry>()
  /** Expired jobs by the open job that needs them. */
  readonly #needed = new Map<string, StoredJob[]>()
  #size = 0
  /** When the job that was deleted last ended, epoch milliseconds; 0 before. */
  deletedUntil = 0

  constructor(kept: Kept, owner: RetainedJobsOwner) {
    this.#kept = kept
    this.#owner = owner
  }

  /** Adds a job that has ended, and deletes jobs that exceed the retention. Later calls delete those beyond a batch. */
  add(job: StoredJob, now: number): void {
    this.release(job, now)
    this.#push(job, now)
    this.prune(now)
  }

  /** Number of entries, also of jobs that are open again. */
  get held(): number {
    return this.#entries.size
  }

  /** Deletes a batch of the jobs that exceed the retention. */
  prune(now: number): void {
    const { count, ageMs } = this.#kept
    for (let looked = 0; looked < turnBatch; looked++) {
      const oldest = this.#entries.peek()
      if (!oldest) return
      const { job: old, endedAt } = oldest
      // A job that was retried since has no entry, or a later one.
      if (old.retainedEntry === oldest) {
        if (this.#size <= count && now - endedAt <= ageMs) return
        this.#size--
        this.#drop(old, endedAt)
      }
      this.#entries.shift()
    }
  }

  /** Retains the expired jobs that a job needed while it was open. */
  release({ envelope: { id } }: StoredJob, now: number): void {
    for (const needed of this.#needed.get(id) ?? []) this.#push(needed, now)
    this.#needed.delete(id)
  }

  #push(job: StoredJob, endedAt: number): void {
    const entry = { job, endedAt, owner: this }
    this.#entries.push(entry)
    job.retainedEntry = entry
    this.#size++
  }

  #drop(job: StoredJob, endedAt: number): void {
    const id = this.#owner.neededBy?.(job)
    if (id !== undefined) {
      job.retainedEntry = undefined // not counted until it is added again
      const needed = this.#needed.get(id)
      if (needed) needed.push(job)
      else this.#needed.set(id, [job])
      return
    }
    this.deletedUntil = endedAt
    this.#owner.deleteJob(job)
  }

  /** Removes a job that is open again after a retry, or that was erased. */
  remove(job: StoredJob): void {
    const entry = job.retainedEntry as Entry | undefined
    if (entry?.owner !== this) return
    this.#size--
    job.retainedEntry = undefined
    // Behind an old job that stays, the entries of others would never be looked at.
    if (this.#entries.size > 2 * this.#size + turnBatch) this.#entries.filter((one) => one.job.retainedEntry === one)
  }
}

/** The entry of an ended job in the order of its end. */
interface Entry {
  readonly job: StoredJob
  readonly endedAt: number
  readonly owner: RetainedJobs
}
