import { groupBy } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { tenantsFrom } from '../tenants-from.ts'
import { againKey } from './change-lanes.ts'
import type { Lane } from './lane-source.ts'

/** A definition with open lanes. */
export interface OpenDefinition {
  readonly definition: string
  /** Whether it has a row in `limits`. */
  readonly has_limits: boolean
  /** The limits by which its lanes were closed, as JSON. */
  readonly rule: string | null
  is_full: boolean
  readonly open_at: number | null
  /** Whether no worker has had the definition for a day. */
  readonly is_orphan: boolean
}

/** Most definitions to look at in one claim. */
const maxDefinitions = 500
/** Most lanes of a tenant to look at in one claim. */
const maxLanes = 64

const open = 'has_waiting AND gate IS NULL'

/** SQL condition that the throttle of limits `l` lets no run start, and no run waits that has started before. */
const isThrottled = `l.open_at > {schema}.now_ms() AND NOT EXISTS (SELECT 1 FROM {schema}.lanes a WHERE a.definition = l.definition
  AND a.has_waiting AND a.gate IS NULL AND a.throttle_key = '${againKey}')`

const definitionsSql = `
  WITH RECURSIVE found (definition, place) AS (
    (SELECT definition, 1 FROM {schema}.lanes WHERE ${open} AND definition > $1 ORDER BY definition LIMIT 1)
    UNION ALL
    SELECT (SELECT l.definition FROM {schema}.lanes l WHERE ${open} AND l.definition > f.definition ORDER BY l.definition LIMIT 1),
      place + 1 FROM found f WHERE f.definition IS NOT NULL AND place < ${maxDefinitions}
  )
  SELECT f.definition, l.definition IS NOT NULL AS has_limits, l.rule, coalesce(l.is_full OR (${isThrottled}), false) AS is_full, l.open_at,
    NOT EXISTS (SELECT 1 FROM {schema}.definitions d WHERE d.definition = f.definition) AS is_orphan
  FROM found f LEFT JOIN {schema}.limits l ON l.definition = f.definition
  WHERE f.definition IS NOT NULL`

/** Finds the definitions with open lanes after one. Returns whether these are all. */
export async function findDefinitions(
  transaction: Queryable,
  after: string,
): Promise<{ readonly definitions: readonly OpenDefinition[]; readonly areAll: boolean }> {
  const definitions = await transaction.query<OpenDefinition>(definitionsSql, [after])
  return { definitions, areAll: definitions.length < maxDefinitions }
}

/** Reads definitions, whether they have open lanes or not. */
export async function readDefinitions(
  transaction: Queryable,
  definitions: readonly string[],
): Promise<readonly OpenDefinition[]> {
  if (definitions.length === 0) return []
  const sql =
    'SELECT g.definition, l.definition IS NOT NULL AS has_limits, l.rule, coalesce(l.is_full, false) AS is_full, l.open_at, ' +
    'false AS is_orphan FROM unnest($1::text[]) AS g (definition) LEFT JOIN {schema}.limits l USING (definition)'
  return transaction.query<OpenDefinition>(sql, [definitions])
}

/** From where to look for lanes. */
export interface LaneSearch {
  /** Whether to find only lanes of runs that have started before, or only the others. */
  readonly kind: 'all' | 'again' | 'first'
  readonly definition: string
  /** The tenant that was served last. */
  readonly afterTenant: string
  /** The lane that was served last. */
  readonly afterLane: number
  /** The number of tenants to find. */
  readonly tenants: number
}

const kinds = { all: 'true', again: `throttle_key = '${againKey}'`, first: `throttle_key <> '${againKey}'` }

/** Returns SQL that reads no more lanes than it returns, whatever number of lanes waits or is closed. */
function lanesSql(kind: LaneSearch['kind']): string {
  const isOpen = `has_waiting AND gate IS NULL AND ${kinds[kind]} AND definition = c.definition`
  const lanes = (where: string): string =>
    `(SELECT id, concurrency_key, throttle_key, ready_from FROM {schema}.lanes WHERE ${isOpen} AND tenant = t.tenant AND ${where} ORDER BY id LIMIT ${maxLanes})`
  return `
    SELECT l.id, c.definition, t.tenant, l.concurrency_key, l.throttle_key, l.ready_from
    FROM unnest($1::text[], $2::text[], $3::int8[], $4::int4[]) AS c (definition, after_tenant, after_lane, tenants),
    LATERAL (${tenantsFrom('{schema}.lanes', isOpen, 'c.after_tenant', 'c.tenants')}) t,
    LATERAL (SELECT * FROM (${lanes('id > c.after_lane')} UNION ALL ${lanes('id <= c.after_lane')}) found LIMIT ${maxLanes}) l`
}

const searchSql = { all: lanesSql('all'), again: lanesSql('again'), first: lanesSql('first') }

/** Finds open lanes of definitions, of the tenants whose turn it is. */
export async function findLanes(transaction: Queryable, searches: readonly LaneSearch[]): Promise<readonly Lane[]> {
  const found: Lane[] = []
  for (const [kind, some] of groupBy(searches, (search) => search.kind)) {
    const values = columnsOf(some, 'definition', 'afterTenant', 'afterLane', 'tenants')
    found.push(...(await transaction.query<Lane>(searchSql[kind], values)))
  }
  return found
}

const countsSql = `
  SELECT w.lane, (SELECT count(*) FROM (
    SELECT 1 FROM {schema}.open_runs r WHERE r.lane = w.lane AND r.phase = 'ready' AND r.rank >= w.first LIMIT $3
  ) found) AS count FROM unnest($1::int8[], $2::int8[]) AS w (lane, first)`

/** Counts the ready runs of lanes. Stops at `max` of each. */
export async function countReady(
  transaction: Queryable,
  lanes: readonly Lane[],
  max: number,
): Promise<ReadonlyMap<number, number>> {
  const [only, ...others] = lanes
  if (!only) return new Map()
  // Of one lane, the claim takes what it finds.
  if (others.length === 0) return new Map([[only.id, max]])
  const rows = await transaction.query<{ lane: number; count: number }>(countsSql, [
    ...columnsOf(lanes, 'id', 'ready_from'),
    max,
  ])
  return new Map(rows.map(({ lane, count }) => [lane, count]))
}

/** The definitions and tenants whose runs get no slot. */
export interface Paused {
  readonly definitions: ReadonlySet<string>
  /** Whether any tenant is paused. */
  readonly hasTenants: boolean
}

/** Reads what is paused, and the time of the database. */
export async function readPaused(transaction: Queryable): Promise<Paused & { readonly now: number }> {
  const sql =
    "SELECT {schema}.now_ms() AS now, EXISTS (SELECT 1 FROM {schema}.pauses WHERE kind = 'tenant') AS has_tenants, " +
    "(SELECT json_agg(id)::text FROM {schema}.pauses WHERE kind = 'definition') AS definitions"
  const [row] = await transaction.query<{ now: number; has_tenants: boolean; definitions: string | null }>(sql, [])
  const { now, has_tenants: hasTenants, definitions } = row!
  return { now, hasTenants, definitions: new Set(JSON.parse(definitions ?? '[]') as string[]) }
}

/** Returns the tenants of some runs that are paused. */
export async function pausedTenants(
  transaction: Queryable,
  { hasTenants }: Paused,
  runs: readonly { readonly tenant: string }[],
): Promise<ReadonlySet<string>> {
  const names = [...new Set(runs.map(({ tenant }) => tenant))]
  if (!hasTenants || names.length === 0) return new Set()
  const sql = "SELECT id FROM {schema}.pauses WHERE kind = 'tenant' AND id = ANY($1::text[])"
  const rows = await transaction.query<{ id: string }>(sql, [names])
  return new Set(rows.map(({ id }) => id))
}
