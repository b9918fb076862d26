import type { LimitsOf, RunLimits } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { againKey } from './change-lanes.ts'
import type { OpenDefinition } from './find-open-work.ts'
import type { Candidate, Lane } from './lane-source.ts'
import { Bucket, Slots } from './slots.ts'

/** A definition within one claim. */
export interface Claiming {
  readonly definition: string
  readonly limits: RunLimits
  readonly slots: Slots
  /** The throttle, if it has no key. */
  readonly bucket?: Bucket | undefined
  /** When the throttle without a key was to open, as it is stored. */
  readonly openAt: number | null
}

/** Returns whether a definition has limits. */
export function isLimited({ concurrency, throttle }: RunLimits): boolean {
  return concurrency !== undefined || throttle !== undefined
}

const lockSql =
  'SELECT definition, is_full, open_at FROM {schema}.limits WHERE definition = ANY($1::text[]) ' +
  'ORDER BY definition FOR NO KEY UPDATE SKIP LOCKED'

const heldOf = (where: string): string =>
  `(SELECT count(*) FROM {schema}.open_runs WHERE phase = 'held' AND ${where}) + (SELECT count(*) FROM {schema}.leftovers WHERE ${where})`

const heldSql = `SELECT definition, ${heldOf('definition = g.definition')} AS count FROM unnest($1::text[]) AS g (definition)`

const ofTenant = 'definition = g.definition AND tenant = g.tenant'
const heldOfKeysSql = `
  SELECT place::int4, CASE WHEN of_tenant THEN ${heldOf(ofTenant)} END AS tenant_count,
    CASE WHEN of_key THEN ${heldOf(`${ofTenant} AND concurrency_key = g.key`)} END AS key_count
  FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[])
    WITH ORDINALITY AS g (definition, tenant, key, of_tenant, of_key, place)`

/** Counts the slots that runs of tenants and keys hold, as far as there are limits for them. */
export async function countHeld(
  transaction: Queryable,
  runs: readonly { readonly definition: string; readonly tenant: string; readonly concurrency_key: string }[],
  slotsOf: (definition: string) => Slots | undefined,
): Promise<void> {
  const unknown = runs.flatMap(({ definition, tenant, concurrency_key: key }) => {
    const slots = slotsOf(definition)
    return slots?.isUncounted(tenant, key) ? [{ definition, tenant, key, slots }] : []
  })
  const names = [
    ...new Map(unknown.map((one) => [JSON.stringify([one.definition, one.tenant, one.key]), one])).values(),
  ]
  if (names.length === 0) return
  const rows = await transaction.query<{ place: number; tenant_count: number | null; key_count: number | null }>(
    heldOfKeysSql,
    [
      ...columnsOf(names, 'definition', 'tenant', 'key'),
      names.map(({ slots }) => slots.limits.perTenant !== undefined),
      names.map(({ slots }) => slots.limits.perKey !== undefined),
    ],
  )
  for (const { place, tenant_count: ofTenantCount, key_count: ofKeyCount } of rows) {
    const { slots, tenant, key } = names[place - 1]!
    slots.countOf(tenant, key, ofTenantCount ?? 0, ofKeyCount ?? 0)
  }
}

/**
 * Locks the limits of definitions until the transaction ends, and counts the slots that all their runs hold. Leaves out those
 * that are full, or that others have locked.
 */
export async function lockDefinitions(
  transaction: Queryable,
  open: readonly OpenDefinition[],
  limitsOf: LimitsOf,
  now: number,
): Promise<{ claiming: Map<string, Claiming>; isContended: boolean }> {
  const given = open.map((one) => ({ ...one, limits: limitsOf(one.definition) ?? {} }))
  const limited = given.filter(({ limits }) => isLimited(limits))
  const names = limited.map(({ definition }) => definition)
  const locked = names.length === 0 ? [] : await transaction.query<Omit<OpenDefinition, 'has_limits'>>(lockSql, [names])
  const free = new Map(locked.filter((row) => !row.is_full).map((row) => [row.definition, row]))
  const counted = limited.filter(
    ({ definition, limits }) => free.has(definition) && limits.concurrency?.limit !== undefined,
  )
  // A later statement than the one that has locked them: it sees all that others did under the locks.
  const held =
    counted.length === 0
      ? []
      : await transaction.query<{ definition: string; count: number }>(heldSql, [
          counted.map(({ definition }) => definition),
        ])
  const taken = new Map(held.map(({ definition, count }) => [definition, count]))
  const buckets = await readUnkeyedBuckets(transaction, limited, now)
  const claiming = given.flatMap(({ definition, limits }): Claiming[] => {
    if (!isLimited(limits)) return [{ definition, limits, slots: new Slots(), openAt: null }]
    const row = free.get(definition)
    if (!row) return []
    const slots = new Slots(limits.concurrency)
    slots.count(taken.get(definition) ?? 0)
    return [{ definition, limits, slots, bucket: buckets.get(definition), openAt: row.open_at }]
  })
  return {
    claiming: new Map(claiming.map((one) => [one.definition, one])),
    isContended: locked.length < limited.length,
  }
}

interface BucketRow {
  readonly definition: string
  readonly tenant: string
  readonly key: string
  readonly state: number
}

async function readUnkeyedBuckets(
  transaction: Queryable,
  limited: readonly { readonly definition: string; readonly limits: RunLimits }[],
  now: number,
): Promise<ReadonlyMap<string, Bucket>> {
  const throttled = limited.filter(({ limits: { throttle } }) => throttle && throttle.key === undefined)
  if (throttled.length === 0) return new Map()
  const sql = "SELECT * FROM {schema}.buckets WHERE definition = ANY($1::text[]) AND tenant = '' AND key = ''"
  const rows = await transaction.query<BucketRow>(sql, [throttled.map(({ definition }) => definition)])
  const states = new Map(rows.map(({ definition, state }) => [definition, state]))
  return new Map(
    throttled.map(({ definition, limits }) => {
      const name = { definition, tenant: '', key: '' }
      return [definition, new Bucket(name, limits.throttle!, states.get(definition), now)]
    }),
  )
}

/** Reads the throttles of lanes. Returns a function that returns the one of a lane. */
export async function readBuckets(
  transaction: Queryable,
  lanes: readonly Lane[],
  claiming: ReadonlyMap<string, Claiming>,
  now: number,
): Promise<(lane: Lane) => Bucket | undefined> {
  const keyed = lanes.filter(
    ({ definition, throttle_key: key }) =>
      key !== againKey && claiming.get(definition)!.limits.throttle?.key !== undefined,
  )
  const nameOf = (one: { definition: string; tenant: string; key: string }): string =>
    JSON.stringify([one.definition, one.tenant, one.key])
  const names = new Map(
    keyed
      .map(({ definition, tenant, throttle_key: key }) => ({ definition, tenant, key }))
      .map((name) => [nameOf(name), name]),
  )
  const values = [...names.values()]
  const sql =
    'SELECT b.* FROM unnest($1::text[], $2::text[], $3::text[]) AS g (definition, tenant, key) ' +
    'JOIN {schema}.buckets b USING (definition, tenant, key)'
  const rows =
    values.length === 0 ? [] : await transaction.query<BucketRow>(sql, columnsOf(values, 'definition', 'tenant', 'key'))
  const states = new Map(rows.map((row) => [nameOf(row), row.state]))
  const buckets = new Map(
    Array.from(names, ([text, name]) => {
      const { throttle } = claiming.get(name.definition)!.limits
      return [text, new Bucket(name, throttle!, states.get(text), now)]
    }),
  )
  return ({ definition, tenant, throttle_key: key }) =>
    key === againKey
      ? undefined
      : (claiming.get(definition)!.bucket ?? buckets.get(nameOf({ definition, tenant, key })))
}

/** Writes the throttles of lanes of which runs have started. */
export async function writeBuckets(transaction: Queryable, candidates: readonly Candidate[]): Promise<void> {
  const changed = [...new Set(candidates.flatMap(({ bucket }) => (bucket?.hasStarts ? [bucket] : [])))]
  if (changed.length === 0) return
  await transaction.query(
    'INSERT INTO {schema}.buckets (definition, tenant, key, state) ' +
      'SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) ' +
      'ON CONFLICT (definition, tenant, key) DO UPDATE SET state = excluded.state',
    [
      changed.map(({ name }) => name.definition),
      changed.map(({ name }) => name.tenant),
      changed.map(({ name }) => name.key),
      changed.map(({ state }) => state!),
    ],
  )
}

/** Records which definitions are full, and when their throttles open. */
export async function writeLimits(transaction: Queryable, claimed: readonly Claiming[], now: number): Promise<void> {
  const changed = claimed.flatMap(({ definition, limits, slots, bucket, openAt }) => {
    if (!isLimited(limits)) return []
    const isFull = slots.free <= 0
    const opens = bucket && bucket.nextAt > now ? Math.ceil(bucket.nextAt) : null
    return isFull || opens !== openAt ? [{ definition, isFull, opens }] : []
  })
  if (changed.length === 0) return
  await transaction.query(
    'UPDATE {schema}.limits l SET is_full = c.is_full, open_at = c.open_at ' +
      'FROM unnest($1::text[], $2::boolean[], $3::int8[]) AS c (definition, is_full, open_at) WHERE l.definition = c.definition',
    columnsOf(changed, 'definition', 'isFull', 'opens'),
  )
}
