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
  /** A job that was retried since has no place, or a later one. */
  readonly #current = new Map<StoredJob, Place>()

  constructor(retention: Retention, forget: (job: StoredJob) => void) {
    this.#retention = retention
    this.#forget = forget
  }

  ended(job: StoredJob, now: number): void {
    const place = { job, endedAt: now }
    this.#places.push(place)
    this.#current.set(job, place)
    const { count, ageMs } = this.#retention
    for (let oldest = this.#places.peek(); oldest; oldest = this.#places.peek()) {
      if (this.#current.get(oldest.job) === oldest) {
        if (this.#current.size <= count && now - oldest.endedAt <= ageMs) return
        this.#current.delete(oldest.job)
        this.#forget(oldest.job)
      }
      this.#places.shift()
    }
  }

  /** Says that an ended job goes on. */
  reopen(job: StoredJob): void {
    this.#current.delete(job)
  }
}

interface Place {
  readonly job: StoredJob
  readonly endedAt: number
}
