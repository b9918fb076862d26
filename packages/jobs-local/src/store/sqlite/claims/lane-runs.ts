import type { ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import type { StoredRun } from '../../../records/stored-run.ts'
import { blockLane } from './blocked-runs.ts'
import { Bucket } from './bucket.ts'
import type { ClaimOptions } from './claim-options.ts'
import type { Slots } from './definition-slots.ts'
import { closeLanes, hasFirstRun } from '../tables/lanes-table.ts'
import { nextOpenTenant } from './open-tenants.ts'
import { ReadyRuns } from './ready-runs.ts'
import { runScans } from './run-scans.ts'
import type { RunSource } from '../../../rules/run-source.ts'

const openLanes = 'FROM cgk_lanes WHERE open_at = 0 AND definition_id = ?1'

/** The runs of a throttled definition that wait for their first start, in lanes of a tenant and a key. */
export class LaneRuns implements RunSource<StoredRun> {
  readonly name: string
  readonly #claim: ClaimOptions
  readonly #definitionId: string
  readonly #limits: ThrottleLimits
  readonly #slots: Slots
  /** Open lanes of which some runs may not begin because of their concurrency keys, and no other. */
  readonly #done = new Set<string>()

  constructor(claim: ClaimOptions, definitionId: string, limits: ThrottleLimits, slots: Slots) {
    this.name = `${definitionId} first`
    this.#claim = claim
    this.#definitionId = definitionId
    this.#limits = limits
    this.#slots = slots
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    const { connection } = this.#claim
    const definitionId = this.#definitionId
    const next = (operator: string, from: string): string | undefined => {
      const sql = `SELECT tenant ${openLanes} AND tenant ${operator} ?2 ORDER BY tenant LIMIT 1`
      return connection.get<{ tenant: string }>(sql, definitionId, from)?.tenant
    }
    const onSetAside = (tenant: string): void => closeLanes(connection, definitionId, tenant)
    return nextOpenTenant(this.#claim, { definitionId, slots: this.#slots, next, onSetAside }, after, isIncluded)
  }

  claim(tenant: string, max: number): StoredRun[] {
    const claimed: StoredRun[] = []
    while (claimed.length < max && this.#slots.free > 0 && this.#slots.freeOf(tenant) > 0) {
      const key = this.#nextLane(tenant)
      if (key === undefined) break
      const found = this.#claimIn(tenant, key)
      claimed.push(...found)
      if (found.length === 0 && !this.#claim.bound.take()) break
    }
    return claimed
  }

  /** Claims the next run of a lane, if it may start. */
  #claimIn(tenant: string, key: string): StoredRun[] {
    const { connection, now } = this.#claim
    const name = { definitionId: this.#definitionId, tenant, key }
    const bucket = new Bucket(connection, name, { limits: this.#limits, slots: this.#slots, now })
    const runs = new ReadyRuns(this.#claim, {
      name: JSON.stringify([this.name, key]),
      definitionId: this.#definitionId,
      scan: runScans.firstOfKey,
      slots: bucket,
      throttleKey: key,
    })
    const isOpen = bucket.free > 0
    const claimed = runs.claim(tenant, 1)
    const isBlocked = isOpen && claimed.length === 0
    if (isBlocked) blockLane(connection, this.#definitionId, tenant, key)
    const isLeft = hasFirstRun(connection, name)
    bucket.write(isLeft)
    if (isBlocked && isLeft) this.#done.add(nameOf(tenant, key))
    return claimed
  }

  /** Returns the key of the next open lane of a tenant, after the one that was served last. */
  #nextLane(tenant: string): string | undefined {
    const { connection, turns } = this.#claim
    const name = JSON.stringify([this.name, tenant])
    const last = turns.lastOf(name)
    const next = (operator: string, from: string): string | undefined => {
      const sql = `SELECT key ${openLanes} AND tenant = ?2 AND key ${operator} ?3 ORDER BY key LIMIT 1`
      const key = connection.get<{ key: string }>(sql, this.#definitionId, tenant, from)?.key
      return key !== undefined && this.#done.has(nameOf(tenant, key)) ? next('>', key) : key
    }
    const found = (last === undefined ? undefined : next('>', last)) ?? next('>=', '')
    turns.remember(name, found)
    return found
  }
}

function nameOf(tenant: string, key: string): string {
  return JSON.stringify([tenant, key])
}
