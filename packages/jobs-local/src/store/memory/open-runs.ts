import { cronJobIdOf } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../../records/stored-run.ts'

/** Returns true for a job of a cron job. */
export function isTick({ envelope }: StoredJob): boolean {
  return cronJobIdOf(envelope.event) !== undefined
}

/** Counts the runs of cron jobs that have not ended, by cron job and tenant. */
export class OpenRuns {
  readonly #counts = new Map<string, Map<string, number>>()

  add(definitionId: string, tenantId: string): void {
    let tenants = this.#counts.get(definitionId)
    if (!tenants) this.#counts.set(definitionId, (tenants = new Map()))
    tenants.set(tenantId, (tenants.get(tenantId) ?? 0) + 1)
  }

  remove(definitionId: string, tenantId: string): void {
    const tenants = this.#counts.get(definitionId)
    const left = (tenants?.get(tenantId) ?? 0) - 1
    if (left > 0) tenants?.set(tenantId, left)
    else tenants?.delete(tenantId)
    if (tenants?.size === 0) this.#counts.delete(definitionId)
  }

  has(definitionId: string, tenantId: string): boolean {
    return this.#counts.get(definitionId)?.has(tenantId) ?? false
  }
}
