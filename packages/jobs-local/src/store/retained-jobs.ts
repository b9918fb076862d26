import { Fifo } from './fifo.ts'
import type { StoredJob } from './job-store.ts'

/** How many ended jobs are kept for reading, and for how long, in milliseconds. */
export interface Retention {
  readonly count: number
  readonly ageMs: number
}

/** Forgets the oldest ended jobs, so that a process that lives long does not grow. */
export class RetainedJobs {
  readonly #retention: Retention
  readonly #forget: (job: StoredJob) => void
  readonly #places = new Fifo<Place>()
  #size = 0

  constructor(retention: Retention, forget: (job: StoredJob) => void) {
    this.#retention = retention
    this.#forget = forget
  }

  ended(job: StoredJob, now: number): void {
    const place = { job, endedAt: now }
    this.#places.push(place)
    job.retainedAt = place
    this.#size++
    const { count, ageMs } = this.#retention
    for (let oldest = this.#places.peek(); oldest; oldest = this.#places.peek()) {
      const { job: old, endedAt } = oldest
      // A job that was retried since has no place, or a later one.
      if (old.retainedAt === oldest) {
        if (this.#size <= count && now - endedAt <= ageMs) return
        this.#size--
        this.#forget(old)
      }
      this.#places.shift()
    }
  }

  /** Says that an ended job goes on. */
  reopen(job: StoredJob): void {
    if (job.retainedAt) this.#size--
    job.retainedAt = undefined
  }
}

/** Where an ended job stands among those that are kept. */
interface Place {
  readonly job: StoredJob
  readonly endedAt: number
}
