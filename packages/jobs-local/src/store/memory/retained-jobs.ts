import { turnBatch } from '../../rules/turn-batch.ts'
import { Fifo } from '../../queues/fifo.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import type { Retention } from '../job-store.ts'

/** Deletes the oldest ended jobs, so that the memory of a long-running process does not grow. */
export class RetainedJobs {
  readonly #retention: Retention
  readonly #delete: (job: StoredJob) => void
  readonly #entries = new Fifo<Entry>()
  #size = 0
  /** When the job that was deleted last ended, epoch milliseconds; 0 before. */
  deletedUntil = 0

  constructor(retention: Retention, deleteJob: (job: StoredJob) => void) {
    this.#retention = retention
    this.#delete = deleteJob
  }

  /** Adds a job that has ended, and deletes jobs that exceed the retention. Later calls delete those beyond a batch. */
  add(job: StoredJob, now: number): void {
    const entry = { job, endedAt: now }
    this.#entries.push(entry)
    job.retainedEntry = entry
    this.#size++
    const { count, ageMs } = this.#retention
    for (let looked = 0; looked < turnBatch; looked++) {
      const oldest = this.#entries.peek()
      if (!oldest) return
      const { job: old, endedAt } = oldest
      // A job that was retried since has no entry, or a later one.
      if (old.retainedEntry === oldest) {
        if (this.#size <= count && now - endedAt <= ageMs) return
        this.#size--
        this.deletedUntil = endedAt
        this.#delete(old)
      }
      this.#entries.shift()
    }
  }

  /** Removes a job that is open again after a retry. */
  reopen(job: StoredJob): void {
    if (job.retainedEntry) this.#size--
    job.retainedEntry = undefined
  }
}

/** The entry of an ended job in the order of its end. */
interface Entry {
  readonly job: StoredJob
  readonly endedAt: number
}
