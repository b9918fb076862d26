import type { StoredRun } from '../../../records/stored-run.ts'
import type { ClaimOptions } from './claim-options.ts'
import { compareText } from '../../../rules/text-order.ts'
import type { Slots } from './definition-slots.ts'
import { type ClaimedRow, toHeldRun } from './held-run.ts'
import { nextOpenTenant } from './open-tenants.ts'
import type { RunScan } from './run-scans.ts'
import { holdRun, holdRuns } from '../tables/runs-table.ts'
import type { RunSource } from '../../../rules/run-source.ts'
import type { StoredKeys } from '../tables/stored-keys.ts'

/** The runs to claim. */
export interface ReadyRunsOptions {
  /** A name that tells the source from others of the same claim. */
  readonly name: string
  readonly definitionId: string
  readonly scan: RunScan
  readonly slots: Slots
  /** The only key of the throttle. Default: all. */
  readonly throttleKey?: string
}

/** The ready runs of a definition that a scan finds. Within a tenant, the keys take turns. */
export class ReadyRuns implements RunSource<StoredRun> {
  readonly name: string
  readonly #claim: ClaimOptions
  readonly #options: ReadyRunsOptions
  /** Before all keys, and equal to those of a run without keys. */
  readonly #first: StoredKeys
  /** Lanes of which no other run may begin now. */
  readonly #done = new Set<string>()

  constructor(claim: ClaimOptions, options: ReadyRunsOptions) {
    this.name = options.name
    this.#claim = claim
    this.#options = options
    this.#first = { throttle_key: options.throttleKey ?? '', concurrency_key: '' }
  }

  nextTenant(after: string, isIncluded: boolean): string | undefined {
    const { scan, slots, definitionId } = this.#options
    const next = (operator: '>' | '>=', from: string): string | undefined => {
      const sql = operator === '>' ? scan.nextTenant.after : scan.nextTenant.from
      return this.#claim.connection.get<{ tenant: string }>(sql, definitionId, from)?.tenant
    }
    return nextOpenTenant(this.#claim, { definitionId, slots, next }, after, isIncluded)
  }

  claim(tenant: string, max: number): StoredRun[] {
    const claimed: StoredRun[] = []
    const { slots } = this.#options
    const wanted = Math.min(max, slots.free, slots.freeOf(tenant))
    for (let lanes: StoredKeys[] = []; claimed.length < wanted;) {
      if (lanes.length === 0) lanes = this.#lanesOf(tenant, wanted - claimed.length)
      if (lanes.length === 0) break
      const share = Math.ceil((wanted - claimed.length) / lanes.length)
      for (const keys of lanes) {
        const count = Math.min(share, wanted - claimed.length)
        const found = count > 0 ? this.#claimIn(tenant, keys, count) : []
        if (found.length < count) this.#done.add(nameOf(tenant, keys))
        claimed.push(...found)
      }
      lanes = lanes.filter((keys) => !this.#isDone(tenant, keys))
    }
    return claimed
  }

  #claimIn(tenant: string, keys: StoredKeys, max: number): StoredRun[] {
    const { connection, worker, now } = this.#claim
    const { definitionId, scan, slots } = this.#options
    const { throttle_key: throttleKey, concurrency_key: key } = keys
    const count = Math.min(max, slots.freeOfKey(tenant, key))
    if (count <= 0) return []
    const rows = connection.all<ClaimedRow>(scan.runsOfLane, definitionId, tenant, throttleKey, key, count)
    const last = rows.at(-1)
    if (!last) return []
    if (scan.isWhole) holdRuns(connection, last, worker, now)
    else for (const { run } of rows) holdRun(connection, run, worker, now)
    slots.take(tenant, key, rows.length)
    return rows.map((row) => toHeldRun(connection, row, worker, now))
  }

  /** Returns up to `max` lanes of a tenant, beginning after the one that was served last. */
  #lanesOf(tenant: string, max: number): StoredKeys[] {
    const { turns } = this.#claim
    const name = nameOf(this.name, { throttle_key: tenant, concurrency_key: '' })
    const last = turns.lastOf(name)
    const found: StoredKeys[] = []
    // Looks for one more, so that it is known whether lanes take turns.
    const collect = (after: StoredKeys, isIncluded: boolean, until?: StoredKeys): void => {
      for (let keys = this.#nextLane(tenant, after, isIncluded, until); keys;) {
        if (!this.#isDone(tenant, keys)) found.push(keys)
        if (found.length > max) return
        keys = this.#nextLane(tenant, keys, false, until)
      }
    }
    const from = last === undefined ? undefined : (JSON.parse(last) as StoredKeys)
    if (!from && this.#hasOneLane(tenant)) found.push(this.#first)
    else {
      collect(from ?? this.#first, !from)
      if (from && found.length <= max) collect(this.#first, true, from)
    }
    const lanes = found.slice(0, max)
    turns.remember(name, found.length > 1 ? JSON.stringify(lanes.at(-1)) : undefined)
    return lanes
  }

  #isDone(tenant: string, keys: StoredKeys): boolean {
    return this.#done.size > 0 && this.#done.has(nameOf(tenant, keys))
  }

  /** Returns whether all waiting runs of a tenant are in one lane, without keys. */
  #hasOneLane(tenant: string): boolean {
    const { definitionId, scan } = this.#options
    const { throttle_key: throttleKey } = this.#first
    const last = this.#claim.connection.get<StoredKeys>(scan.lastLane, definitionId, tenant, throttleKey)
    const isFirst = last?.throttle_key === throttleKey && last.concurrency_key === ''
    return isFirst && !this.#isDone(tenant, this.#first)
  }

  #nextLane(tenant: string, after: StoredKeys, isIncluded: boolean, until?: StoredKeys): StoredKeys | undefined {
    const { definitionId, scan } = this.#options
    const { throttle_key: throttleKey, concurrency_key: key } = after
    const sql = isIncluded ? scan.nextLane.from : scan.nextLane.after
    const found = this.#claim.connection.get<StoredKeys>(sql, definitionId, tenant, throttleKey, key)
    return !found || !until || isUpTo(found, until) ? found : undefined
  }
}

function isUpTo(one: StoredKeys, other: StoredKeys): boolean {
  const place = compareText(one.throttle_key, other.throttle_key)
  return place < 0 || (place === 0 && compareText(one.concurrency_key, other.concurrency_key) <= 0)
}

function nameOf(tenant: string, { throttle_key: throttleKey, concurrency_key: key }: StoredKeys): string {
  return JSON.stringify([tenant, throttleKey, key])
}
