import type { StoredJob, StoredRun } from '../../records/stored-run.ts'

/** Counts the jobs that wait: until their first run begins or ends, or they end without one. */
export class WaitingJobs {
  readonly #jobs = new Set<StoredJob>()
  readonly #ofTenants = new Map<string, number>()

  /** Returns the number of waiting jobs, of a tenant or all. */
  count(tenantId?: string): number {
    return tenantId === undefined ? this.#jobs.size : (this.#ofTenants.get(tenantId) ?? 0)
  }

  add(job: StoredJob): void {
    const { tenantId } = job.envelope
    this.#jobs.add(job)
    this.#ofTenants.set(tenantId, this.count(tenantId) + 1)
  }

  remove(job: StoredJob): void {
    if (!this.#jobs.delete(job)) return
    const { tenantId } = job.envelope
    const left = this.count(tenantId) - 1
    if (left > 0) this.#ofTenants.set(tenantId, left)
    else this.#ofTenants.delete(tenantId)
  }

  /** Removes the job of a run that has begun or ended, if it is the job's first one. */
  removeOf(run: StoredRun): void {
    if (run.job.runs[0] === run) this.remove(run.job)
  }
}
