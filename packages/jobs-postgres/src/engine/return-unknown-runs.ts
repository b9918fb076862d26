import { compensationStates, emptyWorkerWaitMs } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../database/database.ts'
import type { Hints } from '../store/hints.ts'
import { keyOf } from '../store/rows.ts'
import { notCounted } from '../store/runs/settle-runs.ts'
import { type FreedRun, freeSlots } from '../store/runs/slots.ts'
import type { Worker } from '../store/workers/worker.ts'
import { markWaiting } from '../store/workflows/wake-runs.ts'

const held =
  'r.is_open AND r.worker = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2::text[], $3::int4[]) AS k (job, number) ' +
  "WHERE k.job = r.job AND k.number = r.number) AND r.phase IN ('held', 'joined') " +
  `AND (r.state = 'running' OR r.compensation = ${compensationStates.running})`

/** A suspect starts apart from others again. */
const isSuspect = 'r.crashes > 0'
const wait =
  `worker = NULL, due_at = CASE WHEN ${isSuspect} THEN {schema}.now_ms() + ${emptyWorkerWaitMs} END, ` +
  `phase = CASE WHEN ${isSuspect} THEN 'suspect' WHEN r.gather_until IS NULL THEN 'ready' ELSE 'gathering' END, ${notCounted}`

/**
 * Lets runs wait for a slot again that a worker holds without knowing it: the connection was lost before it learned that
 * its claim was committed. Call it while no claim is on its way.
 */
export async function returnUnknownRuns(transaction: Queryable, worker: Worker, hints: Hints): Promise<void> {
  const values = [worker.id, ...columnsOf(worker.held.all().map(keyOf), 'job', 'number')]
  const sql = `SELECT r.definition, r.lane FROM {schema}.runs r WHERE ${held}`
  const unknown = await transaction.query<FreedRun>(sql, values)
  if (unknown.length === 0) return
  hints.work()
  await freeSlots(transaction, unknown, hints)
  const update = `UPDATE {schema}.runs r SET ${wait} WHERE ${held} RETURNING r.lane, r.phase`
  await markWaiting(transaction, await transaction.query(update, values))
}
