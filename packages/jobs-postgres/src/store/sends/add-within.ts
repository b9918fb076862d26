import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { refuseOverLimits } from '@cgk-platform/jobs-local/engine'

import type { Database, Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { addJobs, holdersOf, type Telling } from './add-jobs.ts'

/**
 * Adds jobs, except those for which too many wait. Senders with such limits wait for each other.
 *
 * @param telling - the notification for the workers that is sent with the jobs. Default: none
 */
export async function addWithin(
  database: Database,
  envelopes: readonly Envelope[],
  limits: WaitingLimits = {},
  telling?: Telling,
): Promise<readonly EnvelopeResult[]> {
  const { limit, perTenant } = limits
  if (limit === undefined && perTenant === undefined) return addJobs(database, envelopes, telling)
  return database.transaction(async (transaction) => {
    const tenants = [...new Set(envelopes.map(({ tenantId }) => tenantId))]
    await lock(transaction, limit === undefined ? tenants.map(storedText) : [''])
    const known = await findKnown(transaction, envelopes)
    const counts = new Map<string | undefined, number>()
    if (limit !== undefined) counts.set(undefined, await countWaiting(transaction, limit))
    if (perTenant !== undefined)
      for (const tenant of tenants) counts.set(tenant, await countWaiting(transaction, perTenant, tenant))
    const stored = await findStored(transaction, envelopes)
    const others = envelopes.filter(({ id }) => !stored.has(id))
    const refused = refuseOverLimits(others, limits, {
      isKnown: (envelope) => known.has(envelope),
      placesFor: (most, tenant) => most - counts.get(tenant)!,
    })
    const places = new Map(others.map((envelope, place) => [envelope, place]))
    const errors = envelopes.map((envelope) => refused[places.get(envelope) ?? -1])
    const added = await addJobs(
      transaction,
      envelopes.filter((_, index) => !errors[index]),
      telling,
    )
    let next = 0
    return errors.map((error) => (error ? { ok: false, error } : added[next++]!))
  })
}

/** Locks the places of tenants, or all of them (''), until the transaction ends. */
async function lock(transaction: Queryable, tenants: readonly string[]): Promise<void> {
  const key = "hashtextextended(tenant, hashtextextended('{schema}', 2))"
  const keys = `SELECT DISTINCT ${key} AS key FROM unnest($1::text[]) AS t (tenant) ORDER BY 1`
  await transaction.query(`SELECT count(pg_advisory_xact_lock(key)::text)::int4 FROM (${keys}) k`, [tenants])
}

/** Returns the ids of the jobs that a send has added already, whose answer was lost. They take no place again. */
async function findStored(transaction: Queryable, envelopes: readonly Envelope[]): Promise<ReadonlySet<string>> {
  const sql = 'SELECT id FROM {schema}.jobs WHERE id = ANY($1::text[])'
  const rows = await transaction.query<{ id: string }>(sql, [envelopes.map(({ id }) => id)])
  return new Set(rows.map(({ id }) => id))
}

async function findKnown(transaction: Queryable, envelopes: readonly Envelope[]): Promise<Set<Envelope>> {
  const keyed = envelopes.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  if (keyed.length === 0) return new Set()
  const holders = await holdersOf(transaction, keyed, 'WHERE expires_at > {schema}.now_ms()')
  return new Set(holders.map(({ place }) => keyed[place - 1]!))
}

/** Counts the jobs whose first run has neither begun nor ended, of a tenant or all. Stops at `max`. */
async function countWaiting(transaction: Queryable, max: number, tenantId?: string): Promise<number> {
  const ofTenant = tenantId === undefined ? '' : 'AND tenant = $2'
  const found =
    `SELECT 1 FROM {schema}.arrivals WHERE true ${ofTenant} UNION ALL ` +
    `SELECT 1 FROM {schema}.open_runs WHERE number = 1 AND started_at IS NULL ${ofTenant}`
  const sql = `SELECT count(*)::int4 AS count FROM (SELECT 1 FROM (${found}) w LIMIT $1) w`
  const values = tenantId === undefined ? [max] : [max, storedText(tenantId)]
  const [row] = await transaction.query<{ count: number }>(sql, values)
  return row!.count
}
