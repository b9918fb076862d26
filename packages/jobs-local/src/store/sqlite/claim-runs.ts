import type { LimitsOf, StoredRun } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { freeSlots } from './free-slots.ts'
import { type ClaimedRow, selectClaimed, toHeldRun } from './held-run.ts'
import { phases } from './rows.ts'
import { holdRuns } from './runs-table.ts'

const { ready } = phases

/** The definition and tenants that were served last. The next claim begins after them. */
export class Turns {
  definition = ''
  readonly tenants = new Map<string, string>()
}

/** The options of a claim. */
export interface ClaimOptions {
  readonly connection: Connection
  readonly turns: Turns
  readonly max: number
  readonly worker: number
  readonly limitsOf: LimitsOf
  readonly mayBegin: (definitionId: string) => boolean
  readonly now: number
}

/**
 * Claims runs that wait for a slot. Serves definitions round-robin, and the tenants of each definition round-robin, so
 * that neither a busy definition nor a busy tenant starves the others. Within a tenant, the job that was due first comes first, moved by priorities.
 * Concurrency limits count the slots of all workers.
 */
export function claimRuns(options: ClaimOptions): StoredRun[] {
  const { connection, turns, max, mayBegin } = options
  const claimed: StoredRun[] = []
  if (max <= 0) return claimed
  const open = readyDefinitions(connection, turns.definition).filter(mayBegin)
  // Each round gives every definition an equal share of the remaining slots. A definition without more runs drops out.
  while (claimed.length < max && open.length > 0) {
    const share = Math.ceil((max - claimed.length) / open.length)
    for (const definition of [...open]) {
      const wanted = Math.min(share, max - claimed.length)
      if (wanted <= 0) break
      const found = claimOf(definition, wanted, options)
      claimed.push(...found)
      turns.definition = definition
      if (found.length < wanted) open.splice(open.indexOf(definition), 1)
    }
  }
  return claimed
}

function claimOf(definition: string, wanted: number, options: ClaimOptions): StoredRun[] {
  const { connection, turns, limitsOf } = options
  const limits = limitsOf(definition)?.concurrency
  const max = Math.min(wanted, freeSlots(connection, limits?.limit, definition))
  const claimed: StoredRun[] = []
  /** Tenants at their limit. */
  const full = new Set<string>()
  while (claimed.length < max) {
    const before = claimed.length
    const after = turns.tenants.get(definition) ?? ''
    const tenants = readyTenants(connection, definition, { after, max: max - before, full })
    if (tenants.length === 0) break
    const share = Math.ceil((max - before) / Math.max(1, tenants.length))
    for (const tenant of tenants) {
      const free = freeSlots(connection, limits?.perTenant, definition, tenant)
      const count = Math.min(share, max - claimed.length, free)
      const taken = count > 0 ? claimFrom(definition, tenant, count, options) : []
      claimed.push(...taken)
      if (taken.length === 0) full.add(tenant)
      turns.tenants.set(definition, tenant)
    }
  }
  return claimed
}

function claimFrom(definition: string, tenant: string, count: number, options: ClaimOptions): StoredRun[] {
  const { connection, worker, now } = options
  const where = `r.phase = ${ready} AND r.definition_id = ? AND r.tenant = ? ORDER BY rank, run LIMIT ?`
  const rows = connection.all<ClaimedRow>(`${selectClaimed} WHERE ${where}`, definition, tenant, count)
  const last = rows.at(-1)
  if (last) holdRuns(connection, last, worker, now)
  return rows.map((row) => toHeldRun(connection, row, worker, now))
}

/** Returns the definitions with runs that wait for a slot, beginning after the one that was served last. */
function readyDefinitions(connection: Connection, after: string): string[] {
  const next = `SELECT definition_id FROM cgk_runs WHERE phase = ${ready} AND definition_id > ?`
  const found: string[] = []
  const collect = (sql: string, from: string, ...until: string[]): void => {
    for (let last = from; ;) {
      const row = connection.get<{ definition_id: string }>(`${sql} ORDER BY definition_id LIMIT 1`, last, ...until)
      if (!row) return
      found.push((last = row.definition_id))
    }
  }
  collect(next, after)
  if (after !== '') collect(`${next} AND definition_id <= ?`, '', after)
  return found
}

/**
 * Returns up to `max` tenants of a definition that have such runs and are not in `full`, beginning after the one served
 * last.
 */
function readyTenants(
  connection: Connection,
  definition: string,
  { after, max, full }: { after: string; max: number; full: ReadonlySet<string> },
): string[] {
  const next = `SELECT tenant FROM cgk_runs WHERE phase = ${ready} AND definition_id = ? AND tenant > ?`
  const found: string[] = []
  const collect = (sql: string, from: string, ...until: string[]): void => {
    for (let last = from; found.length < max;) {
      const row = connection.get<{ tenant: string }>(`${sql} ORDER BY tenant LIMIT 1`, definition, last, ...until)
      if (!row) return
      last = row.tenant
      if (!full.has(last)) found.push(last)
    }
  }
  collect(next, after)
  // Compare in SQLite only, which orders some characters differently from JavaScript.
  if (after !== '') collect(`${next} AND tenant <= ?`, '', after)
  return found
}
