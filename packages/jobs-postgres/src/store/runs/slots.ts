import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { keyOf } from '../rows.ts'
import { type LaneChange, markWaiting } from '../workflows/wake-runs.ts'

/**
 * Locks the limits of definitions, so that no other transaction starts or ends runs of them until this one ends. Call it
 * before the runs are locked. Returns the definitions that have limits.
 */
async function lockLimits(transaction: Queryable, runs: readonly FreedRun[]): Promise<ReadonlySet<string>> {
  const rows = await transaction.query<{ definition: string; is_full: boolean }>(
    'SELECT definition, is_full FROM {schema}.limits WHERE definition = ANY($1) ORDER BY definition FOR NO KEY UPDATE',
    [[...new Set(runs.map(({ definition }) => definition))]],
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
async function openGates(transaction: Queryable, runs: readonly FreedRun[]): Promise<void> {
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
    [[...new Set(runs.map(({ lane }) => lane))]],
  )
}

/** A run that may have freed a slot, and its lane. */
export interface FreedRun {
  readonly definition: string
  readonly lane: number
}

/** Lets others take the slots that this transaction frees. Call it before the runs are locked. */
export async function freeSlots(transaction: Queryable, runs: readonly FreedRun[], hints: Hints): Promise<void> {
  const limited = await lockLimits(transaction, runs)
  const freed = runs.filter(({ definition }) => limited.has(definition))
  if (freed.length === 0) return
  hints.work()
  await openGates(transaction, freed)
}

import { compensationStates, type StoredRun } from '@cgk-platform/jobs-local/engine'

/** SQL condition that a cancelled workflow's compensation begins with the release. Without a record, no step has completed. */
const isToCompensate = `r.compensation = ${compensationStates.pending} AND r.workflow IS NOT NULL`

/** SQL that frees a run that was cancelled. Its compensation, if any, waits for a slot. */
export const freeCancelled: string =
  `worker = NULL, is_open = ${isToCompensate}, phase = CASE WHEN ${isToCompensate} THEN 'ready' END, ` +
  `pause = CASE WHEN ${isToCompensate} THEN 'awake' END, ` +
  `compensation = CASE WHEN ${isToCompensate} THEN ${compensationStates.running} ELSE ${compensationStates.none} END, ` +
  `rank = CASE WHEN ${isToCompensate} THEN {schema}.now_ms() - 1000 * r.priority ELSE r.rank END`

/**
 * Releases the slot of each run whose handler has ended: that of one handler that still ran after its attempt was
 * stopped, or else that of the run itself, which was cancelled.
 */
export async function releaseSlots(transaction: Queryable, runs: readonly StoredRun[], hints: Hints): Promise<void> {
  if (runs.length === 0) return
  const freed = runs.map((run) => ({ definition: run.definitionId, lane: keyOf(run).lane }))
  await freeSlots(transaction, freed, hints)
  const released: LaneChange[] = []
  for (const run of runs) released.push(...(await releaseSlot(transaction, run)))
  if (await markWaiting(transaction, released)) hints.work()
}

/** Returns the run if it holds no slot any more: its compensation may wait for one. */
async function releaseSlot(transaction: Queryable, run: StoredRun): Promise<readonly LaneChange[]> {
  const { job, number, worker } = keyOf(run)
  const one =
    'SELECT id FROM {schema}.leftovers WHERE job = $1 AND run = $2 AND worker = $3 AND definition = $4 LIMIT 1'
  const values = [job, number, worker]
  const sql = `DELETE FROM {schema}.leftovers WHERE id = (${one}) RETURNING id`
  const released = await transaction.query(sql, [...values, run.definitionId])
  if (released.length > 0) return []
  return transaction.query<LaneChange>(
    `UPDATE {schema}.runs r SET ${freeCancelled} WHERE job = $1 AND number = $2 AND is_open AND worker = $3 ` +
      "AND phase = 'held' AND state <> 'running' RETURNING lane, phase",
    values,
  )
}

const limits = 'SELECT definition FROM {schema}.limits WHERE is_full ORDER BY definition FOR NO KEY UPDATE SKIP LOCKED'
const ofLane = 'definition = l.definition AND s.tenant = l.tenant'
const lanes =
  "SELECT id FROM {schema}.lanes l WHERE gate IN ('key', 'tenant') " +
  `AND NOT EXISTS (SELECT 1 FROM {schema}.open_runs s WHERE s.phase = 'held' AND s.${ofLane}) ` +
  `AND NOT EXISTS (SELECT 1 FROM {schema}.leftovers s WHERE s.${ofLane}) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`

/**
 * Lets claims count again the slots of definitions that are full, and of lanes whose tenant holds none. Usually whoever
 * frees a slot does that. But it cannot know of a limit that begins at the same moment.
 */
export async function reopenGates(queryable: Queryable): Promise<void> {
  await queryable.query(`UPDATE {schema}.limits SET is_full = false WHERE definition IN (${limits})`)
  await queryable.query(`UPDATE {schema}.lanes SET gate = NULL WHERE id IN (${lanes})`)
}
