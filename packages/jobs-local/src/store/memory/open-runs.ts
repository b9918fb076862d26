import { cronJobIdOf } from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun } from '../../records/stored-run.ts'

/** Counts the runs of cron jobs that have not ended, and their jobs without runs, by cron job and tenant. */
export class OpenRuns {
  readonly #counts = new Map<string, Map<string, number>>()

  /** Adds a job that has no runs yet. */
  addJob({ envelope }: StoredJob): void {
    const id = cronJobIdOf(envelope.event)
    if (id !== undefined) this.#add(id, envelope.tenantId)
  }

  /** Removes a job that gets runs, or that ended without. */
  removeJob({ envelope }: StoredJob): void {
    const id = cronJobIdOf(envelope.event)
    if (id !== undefined) this.#remove(id, envelope.tenantId)
  }

  addRun({ definitionId, job: { envelope } }: StoredRun): void {
    if (cronJobIdOf(envelope.event) !== undefined) this.#add(definitionId, envelope.tenantId)
  }

  removeRun({ definitionId, job: { envelope } }: StoredRun): void {
    if (cronJobIdOf(envelope.event) !== undefined) this.#remove(definitionId, envelope.tenantId)
  }

  has(definitionId: string, tenantId: string): boolean {
    return this.#counts.get(definitionId)?.has(tenantId) ?? false
  }

  #add(definitionId: string, tenantId: string): void {
    let tenants = this.#counts.get(definitionId)
    if (!tenants) this.#counts.set(definitionId, (tenants = new Map()))
    tenants.set(tenantId, (tenants.get(tenantId) ?? 0) + 1)
  }

  #remove(definitionId: string, tenantId: string): void {
    const tenants = this.#counts.get(definitionId)
    const left = (tenants?.get(tenantId) ?? 0) - 1
    if (left > 0) tenants?.set(tenantId, left)
    else tenants?.delete(tenantId)
    if (tenants?.size === 0) this.#counts.delete(definitionId)
  }
}
