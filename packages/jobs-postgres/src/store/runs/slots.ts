import { compensationStates, type StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { keyOf } from '../rows.ts'
import { type LaneChange, markWaiting } from '../workflows/wake-runs.ts'

/** A run that may have freed a slot, and its lane. */
export interface FreedRun {
  readonly definition: string
  readonly lane: number
}

/**
 * Lets others take the slots that this transaction frees, and locks the limits of their definitions. Call it before the
 * runs are locked.
 */
export async function freeSlots(transaction: Queryable, runs: readonly FreedRun[], hints: Hints): Promise<void> {
  if (runs.length === 0) return
  const definitions = [...new Set(runs.map(({ definition }) => definition))]
  const sql = 'SELECT {schema}.free_slots($1, $2) AS has_limits'
  const [row] = await transaction.query<{ has_limits: boolean }>(sql, [definitions, runs.map(({ lane }) => lane)])
  if (row!.has_limits) hints.work()
}

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
      "AND phase = 'held' AND state <> 'running' RETURNING lane, phase, rank",
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
