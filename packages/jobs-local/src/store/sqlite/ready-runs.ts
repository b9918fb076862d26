import type { StoredRun } from '../job-store.ts'
import type { ClaimOptions } from './claim-options.ts'
import { compareText } from './compare-text.ts'
import type { DefinitionSlots } from './definition-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import { phases } from './rows.ts'
import { type RunLane, holdRuns } from './runs-table.ts'
import type { RunSource } from './run-source.ts'

const { ready } = phases
const lanesOfTenant = `SELECT throttle_key, concurrency_key FROM cgk_runs WHERE phase = ${ready} AND definition_id = ?1 AND tenant = ?2`
const inOrder = 'ORDER BY throttle_key, concurrency_key LIMIT 1'

type Keys = Pick<RunLane, 'throttle_key' | 'concurrency_key'>

/** Before all keys, and equal to those of a run without keys. */
const noKeys: Keys = { throttle_key: '', concurrency_key: '' }

/** The ready runs of a definition. Within a tenant, the keys take turns. */
export class ReadyRuns implements RunSource {
  readonly name: string
  readonly #options: ClaimOptions
  readonly #slots: DefinitionSlots
  /** Lanes of which no other run may begin now. */
  readonly #done = new Set<string>()

  constructor(definitionId: string, options: ClaimOptions, slots: DefinitionSlots) {
    this.name = definitionId
    this.#options = options
    this.#slots = slots
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    const sql =
      `SELECT tenant FROM cgk_runs WHERE phase = ${ready} AND definition_id = ? ` +
      `AND tenant ${isIncluded ? '>=' : '>'} ? ORDER BY tenant LIMIT 1`
    const { connection, paused } = this.#options
    const tenant = connection.get<{ tenant: string }>(sql, this.name, after)?.tenant
    const isClosed = tenant !== undefined && (paused.tenants.has(tenant) || this.#slots.freeOf(tenant) <= 0)
    return isClosed ? this.nextTenant(tenant, false) : tenant
  }

  claim(tenant: string, max: number): StoredRun[] {
    const claimed: StoredRun[] = []
    const wanted = Math.min(max, this.#slots.free, this.#slots.freeOf(tenant))
    for (let lanes: Keys[] = []; claimed.length < wanted;) {
      if (lanes.length === 0) lanes = this.#lanesOf(tenant, wanted - claimed.length)
      if (lanes.length === 0) break
      const share = Math.ceil((wanted - claimed.length) / lanes.length)
      for (const keys of lanes) {
        const count = Math.min(share, wanted - claimed.length)
        const found = count > 0 ? this.#claimIn({ definition_id: this.name, tenant, ...keys }, count) : []
        if (found.length < count) this.#done.add(nameOf(tenant, keys))
        claimed.push(...found)
      }
      lanes = lanes.filter((keys) => !this.#done.has(nameOf(tenant, keys)))
    }
    return claimed
  }

  #claimIn(lane: RunLane, max: number): StoredRun[] {
    const { connection, worker, now } = this.#options
    const { definition_id: definition, tenant, throttle_key: throttleKey, concurrency_key: key } = lane
    const count = Math.min(max, this.#slots.freeOfKey(tenant, key))
    if (count === 0) return []
    const where =
      `r.phase = ${ready} AND r.definition_id = ? AND r.tenant = ? AND r.throttle_key = ? AND r.concurrency_key = ? ` +
      'ORDER BY rank, run LIMIT ?'
    const sql = `${selectClaimed} WHERE ${where}`
    const rows = connection.all<ClaimedRow>(sql, definition, tenant, throttleKey, key, count)
    const last = rows.at(-1)
    if (!last) return []
    holdRuns(connection, last, worker, now)
    this.#slots.take(tenant, key, rows.length)
    return rows.map((row) => toHeldRun(connection, row, worker, now))
  }

  /** Returns up to `max` lanes of a tenant, beginning after the one that was served last. */
  #lanesOf(tenant: string, max: number): Keys[] {
    const { turns } = this.#options
    const name = nameOf(this.name, { throttle_key: tenant, concurrency_key: '' })
    const last = turns.lastOf(name)
    const found: Keys[] = []
    // Looks for one more, so that it is known whether lanes take turns.
    const collect = (after: Keys, isIncluded: boolean, until?: Keys): void => {
      for (let keys = this.#nextLane(tenant, after, isIncluded, until); keys;) {
        if (!this.#done.has(nameOf(tenant, keys))) found.push(keys)
        if (found.length > max) return
        keys = this.#nextLane(tenant, keys, false, until)
      }
    }
    const from = last === undefined ? undefined : (JSON.parse(last) as Keys)
    if (!from && this.#hasNoKeys(tenant)) found.push(noKeys)
    else {
      collect(from ?? noKeys, !from)
      if (from && found.length <= max) collect(noKeys, true, from)
    }
    const lanes = found.slice(0, max)
    turns.remember(name, found.length > 1 ? JSON.stringify(lanes.at(-1)) : undefined)
    return lanes
  }

  /** Returns whether all waiting runs of a tenant are in one lane, without keys. */
  #hasNoKeys(tenant: string): boolean {
    const sql = `${lanesOfTenant} ORDER BY throttle_key DESC, concurrency_key DESC LIMIT 1`
    const last = this.#options.connection.get<Keys>(sql, this.name, tenant)
    return last?.throttle_key === '' && last.concurrency_key === '' && !this.#done.has(nameOf(tenant, noKeys))
  }

  /** Returns the next lane. Compares the keys one by one, because SQLite would read the whole lane to compare pairs. */
  #nextLane(tenant: string, after: Keys, isIncluded: boolean, until?: Keys): Keys | undefined {
    const { throttle_key: throttleKey, concurrency_key: key } = after
    const sql =
      `SELECT * FROM (${lanesOfTenant} AND throttle_key = ?3 AND concurrency_key ${isIncluded ? '>=' : '>'} ?4 ${inOrder}) UNION ALL ` +
      `SELECT * FROM (${lanesOfTenant} AND throttle_key > ?3 ${inOrder}) LIMIT 1`
    const found = this.#options.connection.get<Keys>(sql, this.name, tenant, throttleKey, key)
    const isBefore =
      !until ||
      !found ||
      (compareText(found.throttle_key, until.throttle_key) ||
        compareText(found.concurrency_key, until.concurrency_key)) <= 0
    return isBefore ? found : undefined
  }
}

function nameOf(tenant: string, { throttle_key: throttleKey, concurrency_key: key }: Keys): string {
  return JSON.stringify([tenant, throttleKey, key])
}
