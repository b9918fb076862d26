import type { ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import { turnBatch } from '../../../rules/turn-batch.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { Bucket } from './bucket.ts'
import type { ClaimOptions } from './claim-options.ts'
import { compareText } from '../../../rules/text-order.ts'
import type { Connection } from '../file/connection.ts'
import type { Slots } from './definition-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import { hasFirstRun } from '../tables/lanes-table.ts'
import { nextOpenTenant } from './open-tenants.ts'
import { phases } from '../tables/rows.ts'
import type { RunSource } from '../../../rules/run-source.ts'
import { holdRun } from '../tables/runs-table.ts'

const { ready, blocked } = phases
const ofDefinition = `FROM cgk_runs WHERE phase = ${blocked} AND definition_id = ?1`
const ofKey = `${ofDefinition} AND tenant = ?2 AND concurrency_key = ?3`

/**
 * Sets aside the runs of a lane whose concurrency keys have no free slot, so that later claims do not find the lane.
 * A lane has a throttle key. At most `turnBatch` of them at once.
 */
export function blockLane(connection: Connection, definitionId: string, tenant: string, throttleKey: string): void {
  connection.run(
    `UPDATE cgk_runs SET phase = ${blocked} WHERE run IN (SELECT run FROM cgk_runs WHERE phase = ${ready} ` +
      `AND definition_id = ? AND tenant = ? AND throttle_key = ? AND started_at IS NULL LIMIT ${turnBatch})`,
    definitionId,
    tenant,
    throttleKey,
  )
}

/** Lets blocked runs of a definition wait like others, because it has no throttle with a key any more. */
export function unblockRuns(connection: Connection, definitionId: string): void {
  if (!connection.get(`SELECT 1 AS one ${ofDefinition} LIMIT 1`, definitionId)) return
  const some = `SELECT run ${ofDefinition} ORDER BY tenant, concurrency_key, throttle_key, rank LIMIT ${turnBatch}`
  connection.run(`UPDATE cgk_runs SET phase = ${ready} WHERE run IN (${some})`, definitionId)
}

/**
 * The runs of a definition whose throttle would have let them start, but whose concurrency key had no free slot. A claim
 * looks only at their keys. So its cost depends on the number of keys at their limit, of which each has a running run.
 */
export class BlockedRuns implements RunSource<StoredRun> {
  readonly name: string
  readonly #claim: ClaimOptions
  readonly #definitionId: string
  readonly #limits: ThrottleLimits
  readonly #slots: Slots

  constructor(claim: ClaimOptions, definitionId: string, limits: ThrottleLimits, slots: Slots) {
    this.name = `${definitionId} blocked`
    this.#claim = claim
    this.#definitionId = definitionId
    this.#limits = limits
    this.#slots = slots
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    const next: NextText = (operator, from) => {
      const sql = `SELECT tenant AS text ${ofDefinition} AND tenant ${operator} ?2 ORDER BY tenant LIMIT 1`
      return this.#claim.connection.get<{ text: string }>(sql, this.#definitionId, from)?.text
    }
    return nextOpenTenant(
      this.#claim,
      { definitionId: this.#definitionId, slots: this.#slots, next },
      after,
      isIncluded,
    )
  }

  claim(tenant: string, max: number): StoredRun[] {
    const claimed: StoredRun[] = []
    for (const key of this.#keysOf(tenant)) {
      while (claimed.length < max && this.#isFree(tenant, key)) {
        const run = this.#claimOf(tenant, key)
        if (!run) break
        claimed.push(run)
        this.#claim.turns.remember(this.#turnName(tenant), key)
      }
      if (claimed.length === max || this.#claim.bound.isCut) break
    }
    return claimed
  }

  #isFree(tenant: string, key: string): boolean {
    return Math.min(this.#slots.free, this.#slots.freeOf(tenant), this.#slots.freeOfKey(tenant, key)) > 0
  }

  /** Claims the next run of a key. Its lanes take turns. Those that their throttle has closed by now wait for it again. */
  #claimOf(tenant: string, key: string): StoredRun | undefined {
    const { connection, bound, turns, now } = this.#claim
    for (const lane of this.#lanesOf(tenant, key)) {
      const name = { definitionId: this.#definitionId, tenant, key: lane }
      const bucket = new Bucket(connection, name, { limits: this.#limits, slots: this.#slots, now })
      const run = bucket.free > 0 ? this.#hold(tenant, key, lane) : undefined
      if (run) bucket.take(tenant, key, 1)
      else this.#unblock(tenant, key, lane)
      bucket.write(hasFirstRun(connection, name))
      if (run) turns.remember(this.#turnName(tenant, key), lane)
      if (run || !bound.take()) return run
    }
    return undefined
  }

  #hold(tenant: string, key: string, lane: string): StoredRun {
    const { connection, worker, now } = this.#claim
    const first = `SELECT run ${ofKey} AND throttle_key = ?4 ORDER BY rank, run LIMIT 1`
    const sql = `${selectClaimed} WHERE r.run = (${first})`
    const row = connection.get<ClaimedRow>(sql, this.#definitionId, tenant, key, lane)!
    holdRun(connection, row.run, worker, now)
    return toHeldRun(connection, row, worker, now)
  }

  #unblock(tenant: string, key: string, lane: string): void {
    const some = `SELECT run ${ofKey} AND throttle_key = ?4 ORDER BY rank LIMIT ${turnBatch}`
    const sql = `UPDATE cgk_runs SET phase = ${ready} WHERE run IN (${some})`
    this.#claim.connection.run(sql, this.#definitionId, tenant, key, lane)
  }

  #keysOf(tenant: string): Iterable<string> {
    const next: NextText = (operator, from) => {
      const sql = `SELECT concurrency_key AS text ${ofDefinition} AND tenant = ?2 AND concurrency_key ${operator} ?3 ORDER BY concurrency_key LIMIT 1`
      return this.#claim.connection.get<{ text: string }>(sql, this.#definitionId, tenant, from)?.text
    }
    return inTurns(next, this.#claim.turns.lastOf(this.#turnName(tenant)))
  }

  #lanesOf(tenant: string, key: string): Iterable<string> {
    const next: NextText = (operator, from) => {
      const sql = `SELECT throttle_key AS text ${ofKey} AND throttle_key ${operator} ?4 ORDER BY throttle_key LIMIT 1`
      return this.#claim.connection.get<{ text: string }>(sql, this.#definitionId, tenant, key, from)?.text
    }
    return inTurns(next, this.#claim.turns.lastOf(this.#turnName(tenant, key)))
  }

  #turnName(...lane: readonly string[]): string {
    return JSON.stringify([this.name, ...lane])
  }
}

/** Finds the next of some texts after one, or from one on, in SQLite's order. */
type NextText = (operator: '>' | '>=', from: string) => string | undefined

/** Yields all of some texts once, beginning after the one that was served last. */
function* inTurns(next: NextText, last: string | undefined): Generator<string> {
  if (last !== undefined) for (let text = next('>', last); text !== undefined; text = next('>', text)) yield text
  const isLeft = (text: string): boolean => last === undefined || compareText(text, last) <= 0
  for (let text = next('>=', ''); text !== undefined && isLeft(text); text = next('>', text)) yield text
}
