import type { StoredRun } from '../../../records/stored-run.ts'
import type { RunSource } from '../../../rules/run-source.ts'
import { fitting, type FittingRuns } from '../tables/parked-runs.ts'
import { holdRun } from '../tables/runs-table.ts'
import type { ClaimOptions } from './claim-options.ts'
import type { Slots } from './definition-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'

const ofKey = `${fitting} AND tenant = ?3 AND concurrency_key = ?4`

/**
 * The parked runs of a definition that wait for a version which this worker has. They stay parked until it claims them, so
 * that no worker without the version does.
 */
export class FittingSource implements RunSource<StoredRun> {
  readonly name: string
  readonly #claim: ClaimOptions
  readonly #version: readonly [parked: string, definitionId: string]
  readonly #slots: Slots

  constructor(claim: ClaimOptions, { definitionId, parked }: FittingRuns, slots: Slots) {
    this.name = `${definitionId} parked ${parked}`
    this.#claim = claim
    this.#version = [parked, definitionId]
    this.#slots = slots
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    let tenant = this.#nextTenant(isIncluded ? '>=' : '>', after)
    while (tenant !== undefined && (this.#claim.paused.isTenantPaused(tenant) || this.#slots.freeOf(tenant) <= 0))
      tenant = this.#nextTenant('>', tenant)
    return tenant
  }

  claim(tenant: string, max: number): StoredRun[] {
    const claimed: StoredRun[] = []
    for (let key = this.#nextKey(tenant, '>=', ''); key !== undefined; key = this.#nextKey(tenant, '>', key)) {
      const free = Math.min(this.#slots.free, this.#slots.freeOf(tenant), this.#slots.freeOfKey(tenant, key))
      const count = Math.min(max - claimed.length, free)
      if (count > 0) claimed.push(...this.#claimIn(tenant, key, count))
      if (claimed.length === max || this.#slots.free <= 0) break
    }
    return claimed
  }

  #claimIn(tenant: string, key: string, count: number): StoredRun[] {
    const { connection, worker, now } = this.#claim
    const first = `SELECT run ${ofKey} ORDER BY rank, run LIMIT ?5`
    const sql = `${selectClaimed} WHERE r.run IN (${first}) ORDER BY r.rank, r.run`
    const rows = connection.all<ClaimedRow>(sql, ...this.#version, tenant, key, count)
    for (const { run } of rows) holdRun(connection, run, worker, now)
    this.#slots.take(tenant, key, rows.length)
    return rows.map((row) => toHeldRun(connection, row, worker, now))
  }

  #nextTenant(operator: '>' | '>=', from: string): string | undefined {
    const sql = `SELECT tenant AS text ${fitting} AND tenant ${operator} ?3 ORDER BY tenant LIMIT 1`
    return this.#claim.connection.get<{ text: string }>(sql, ...this.#version, from)?.text
  }

  #nextKey(tenant: string, operator: '>' | '>=', from: string): string | undefined {
    const sql = `SELECT concurrency_key AS text ${fitting} AND tenant = ?3 AND concurrency_key ${operator} ?4 ORDER BY concurrency_key LIMIT 1`
    return this.#claim.connection.get<{ text: string }>(sql, ...this.#version, tenant, from)?.text
  }
}
