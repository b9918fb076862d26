import { compensationStates, type StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../hints.ts'
import { keyOf } from '../rows.ts'
import { type LaneChange, markWaiting } from '../workflows/wake-runs.ts'
import { freeSlots } from './slots.ts'

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
