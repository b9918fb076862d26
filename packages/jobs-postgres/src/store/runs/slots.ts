import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../hints.ts'

/**
 * Locks the limits of definitions, so that no other transaction starts or ends runs of them until this one ends. Call it
 * before the runs are locked. Returns the definitions that have limits.
 */
async function lockLimits(transaction: Queryable, definitions: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await transaction.query<{ definition: string; is_full: boolean }>(
    'SELECT definition, is_full FROM {schema}.limits WHERE definition = ANY($1) ORDER BY definition FOR NO KEY UPDATE',
    [[...new Set(definitions)]],
  )
  const full = rows.filter((row) => row.is_full).map(({ definition }) => definition)
  if (full.length > 0)
    await transaction.query('UPDATE {schema}.limits SET is_full = false WHERE definition = ANY($1)', [full])
  return new Set(rows.map(({ definition }) => definition))
}

/**
 * Opens the lanes that wait for a slot of the keys or the tenants of these lanes, because this transaction frees some.
 * Claims count the slots again. Requires the locks of the limits.
 */
async function openGates(transaction: Queryable, lanes: readonly number[]): Promise<void> {
  if (lanes.length === 0) return
  await transaction.query(
    `WITH freed AS (SELECT DISTINCT definition, tenant, concurrency_key FROM {schema}.lanes WHERE id = ANY($1)),
    closed AS (
      SELECT l.id FROM freed f JOIN {schema}.lanes l ON l.definition = f.definition AND l.tenant = f.tenant AND l.gate = 'tenant'
      UNION
      SELECT l.id FROM freed f JOIN {schema}.lanes l ON l.definition = f.definition AND l.tenant = f.tenant AND l.gate = 'key'
        AND l.concurrency_key = f.concurrency_key
    ), locked AS MATERIALIZED (
      SELECT id FROM {schema}.lanes WHERE id IN (SELECT id FROM closed) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE {schema}.lanes l SET gate = NULL FROM locked WHERE l.id = locked.id AND l.gate IN ('tenant', 'key')`,
    [[...new Set(lanes)]],
  )
}

/** A run that may have freed a slot, and its lane. */
export interface FreedRun {
  readonly definition: string
  readonly lane: number
}

/** Lets others take the slots that this transaction frees. Call it before the runs are locked. */
export async function freeSlots(transaction: Queryable, runs: readonly FreedRun[], hints: Hints): Promise<void> {
  const limited = await lockLimits(
    transaction,
    runs.map(({ definition }) => definition),
  )
  const freed = runs.filter(({ definition }) => limited.has(definition))
  if (freed.length === 0) return
  hints.work()
  await openGates(
    transaction,
    freed.map(({ lane }) => lane),
  )
}
