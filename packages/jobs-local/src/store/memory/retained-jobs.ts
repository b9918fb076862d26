import { turnBatch } from '../../rules/turn-batch.ts'
import { Fifo } from '../../queues/fifo.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import type { Retention } from '../job-store.ts'

/** The store of the jobs. */
interface RetainedJobsOwner {
  deleteJob(job: StoredJob): void
  /** Returns the id of the open job that needs an ended one, or `undefined`. */
  neededBy?(job: StoredJob): string | undefined
}

/** Deletes the oldest ended jobs, so that the memory of a long-running process does not grow. */
export class RetainedJobs {
  readonly #retention: Retention
  readonly #owner: RetainedJobsOwner
  readonly #entries = new Fifo<Entry>()
  /** Expired jobs by the open job that needs them. */
  readonly #needed = new Map<string, StoredJob[]>()
  #size = 0
  /** When the job that was deleted last ended, epoch milliseconds; 0 before. */
  deletedUntil = 0

  constructor(retention: Retention, owner: RetainedJobsOwner) {
    this.#retention = retention
    this.#owner = owner
  }

  /** Adds a job that has ended, and deletes jobs that exceed the retention. Later calls delete those beyond a batch. */
  add(job: StoredJob, now: number): void {
    const { id } = job.envelope
    for (const needed of this.#needed.get(id) ?? []) this.#push(needed, now)
    this.#needed.delete(id)
    this.#push(job, now)
    const { count, ageMs } = this.#retention
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

  #push(job: StoredJob, endedAt: number): void {
    const entry = { job, endedAt }
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
    if (job.retainedEntry) this.#size--
    job.retainedEntry = undefined
  }
}

/** The entry of an ended job in the order of its end. */
interface Entry {
  readonly job: StoredJob
  readonly endedAt: number
}
