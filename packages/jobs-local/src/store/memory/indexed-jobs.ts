import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../../records/stored-run.ts'

/**
 * All jobs by id, those with references also by reference, and those of the events of waits with `since` also by event
 * and tenant. Other jobs take no memory for it.
 */
export class IndexedJobs {
  readonly #jobs = new Map<string, StoredJob>()
  readonly #byReference = new Map<string, Set<StoredJob>>()
  readonly #byEvent = new Map<string, Map<string, Set<StoredJob>>>()

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

  /** Returns the jobs of an event and a tenant, in the order in which they were sent. */
  ofEvent(event: string, tenantId: string): Iterable<StoredJob> {
    let byTenant = this.#byEvent.get(event)
    if (!byTenant) {
      byTenant = new Map()
      for (const job of this.#jobs.values()) if (job.envelope.event === event) addTo(byTenant, tenantOf(job), job)
      this.#byEvent.set(event, byTenant)
    }
    return byTenant.get(tenantId) ?? []
  }

  add(job: StoredJob): void {
    const { id, event, references } = job.envelope
    this.#jobs.set(id, job)
    const byTenant = this.#byEvent.size > 0 && this.#byEvent.get(event)
    if (byTenant) addTo(byTenant, tenantOf(job), job)
    if (!references) return
    for (const reference of references) addTo(this.#byReference, reference, job)
  }

  delete(job: StoredJob): void {
    const { id, event, references } = job.envelope
    this.#jobs.delete(id)
    const byTenant = this.#byEvent.size > 0 && this.#byEvent.get(event)
    if (byTenant) deleteFrom(byTenant, tenantOf(job), job)
    if (!references) return
    for (const reference of references) deleteFrom(this.#byReference, reference, job)
  }
}

function tenantOf({ envelope }: StoredJob): string {
  return envelope.tenantId
}

function addTo(index: Map<string, Set<StoredJob>>, key: string, job: StoredJob): void {
  const jobs = index.get(key)
  if (jobs) jobs.add(job)
  else index.set(key, new Set([job]))
}

function deleteFrom(index: Map<string, Set<StoredJob>>, key: string, job: StoredJob): void {
  const jobs = index.get(key)
  jobs?.delete(job)
  if (jobs?.size === 0) index.delete(key)
}
