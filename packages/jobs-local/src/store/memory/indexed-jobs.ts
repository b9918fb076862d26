import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../../records/stored-run.ts'

/** All jobs by id, and those with references also by reference. A job without references takes no memory for it. */
export class IndexedJobs {
  readonly #jobs = new Map<string, StoredJob>()
  readonly #byReference = new Map<string, Set<StoredJob>>()

  get(jobId: string): StoredJob | undefined {
    return this.#jobs.get(jobId)
  }

  values(): Iterable<StoredJob> {
    return this.#jobs.values()
  }

  /** Returns the jobs with the reference of a query, of any tenant; all jobs for a query without a reference. */
  candidates({ reference }: Pick<ListQuery, 'reference'>): StoredJob[] {
    return [...(reference === undefined ? this.#jobs.values() : (this.#byReference.get(reference) ?? []))]
  }

  add(job: StoredJob): void {
    const { id, references } = job.envelope
    this.#jobs.set(id, job)
    if (!references) return
    for (const reference of references) {
      const jobs = this.#byReference.get(reference)
      if (jobs) jobs.add(job)
      else this.#byReference.set(reference, new Set([job]))
    }
  }

  delete(job: StoredJob): void {
    const { id, references } = job.envelope
    this.#jobs.delete(id)
    if (!references) return
    for (const reference of references) {
      const jobs = this.#byReference.get(reference)
      jobs?.delete(job)
      if (jobs?.size === 0) this.#byReference.delete(reference)
    }
  }
}
