import {
  compensationStates,
  fromText,
  isCompensatedOnCancel,
  type WorkerDefinition,
} from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../database/database.ts'
import type { Hints } from '../store/changes.ts'
import { leaveBatches, lockBatches, promoteBatches } from '../store/claims/batches.ts'
import type { RunRow } from '../store/rows.ts'
import { freeSlots } from '../store/runs/slots.ts'
import { endJobWaits, removeWaits } from '../store/workflows/waits.ts'
import { type LaneChange, markWaiting } from '../store/workflows/wake-runs.ts'

/** The effects of a cancel on others, within its transaction. */
export interface CancelOptions {
  readonly hints: Hints
  /** Returns whether this process knows the run: it stops the handler. Other runs need a notice for their worker. */
  readonly isHere: (run: Pick<RunRow, 'job' | 'number' | 'worker'>) => boolean
  readonly now: number
}

/** Cancels all open runs of a job. Returns those that run in this process. */
export async function cancelJob(
  transaction: Queryable,
  jobId: string,
  options: CancelOptions,
): Promise<readonly RunRow[]> {
  // A worker that gives the job its runs at the moment has the row locked. Then they are found, or the row with which it
  // lets the job wait again.
  const waiting: LaneChange[] = []
  let cancelled = (await isTaken(transaction, jobId))
    ? undefined
    : await cancelRuns(transaction, jobId, options.hints, waiting)
  if (cancelled?.length === 0) {
    if (!(await isTaken(transaction, jobId))) return []
    cancelled = undefined
  }
  if (!cancelled)
    await transaction.query(
      "UPDATE {schema}.jobs SET state = 'cancelled', ended_at = {schema}.now_ms() WHERE id = $1",
      [jobId],
    )
  await removeWaits(transaction, cancelled ?? [])
  await leaveBatchesOf(transaction, cancelled ?? [])
  const running = (cancelled ?? []).filter(({ state, worker }) => state === 'running' && worker !== null)
  const here = running.filter((row) => options.isHere(row))
  await notifyWorkers(
    transaction,
    running.filter((row) => !here.includes(row)),
    options.hints,
  )
  await endJobWaits(transaction, [jobId], options.now, options.hints)
  // Last: whoever resumes a workflow locks its run before its lane.
  if (await markWaiting(transaction, waiting)) options.hints.work()
  return here
}

/** Takes a job that has no runs yet from those that wait for them. Returns whether it was there. */
async function isTaken(transaction: Queryable, jobId: string): Promise<boolean> {
  const sql = 'DELETE FROM {schema}.arrivals WHERE job = $1 RETURNING job'
  return (await transaction.query(sql, [jobId])).length > 0
}

/** Cancels the open runs of a job. Returns their rows before that. A running one holds its slot until its handler has ended. @param waiting - gets those that wait for a slot now */
async function cancelRuns(
  transaction: Queryable,
  jobId: string,
  hints: Hints,
  waiting: LaneChange[],
): Promise<readonly RunRow[]> {
  const open = 'FROM {schema}.runs WHERE job = $1 AND is_open AND ended_at IS NULL'
  const found = await transaction.query<Pick<RunRow, 'definition' | 'tenant' | 'lane' | 'gather_until'>>(
    `SELECT definition, tenant, lane, gather_until ${open}`,
    [jobId],
  )
  if (found.length === 0) return []
  await lockBatches(
    transaction,
    found.filter(({ gather_until: until }) => until !== null),
  )
  await freeSlots(transaction, found, hints)
  const rows = await transaction.query<RunRow>(`SELECT * ${open} ORDER BY number FOR UPDATE`, [jobId])
  const isCompensated = (row: RunRow): boolean =>
    isCompensatedOnCancel({
      attempts: row.attempts,
      compensateOnCancel: row.compensate_on_cancel === true,
      ...(row.workflow !== null && { workflow: fromText(row.workflow) ?? {} }),
    })
  const values = [jobId, ...columnsOf(rows, 'number'), rows.map(isCompensated)]
  waiting.push(...(await transaction.query<LaneChange>(cancelSql, values)))
  // A cancelled job is not retried, so its other runs that have failed do not count.
  const forget = 'UPDATE {schema}.runs SET error_group = NULL WHERE job = $1 AND error_group IS NOT NULL'
  await transaction.query(forget, [jobId])
  return rows
}

const isHeld = "r.phase = 'held'"
/** Without a record, no step has completed. */
const begins = `(NOT coalesce(${isHeld}, false) AND e.is_compensated AND r.workflow IS NOT NULL)`

const cancelSql =
  "UPDATE {schema}.runs r SET state = 'cancelled', ended_at = {schema}.now_ms(), error_group = NULL, due_at = NULL, parked = NULL, " +
  `is_open = ${isHeld} OR ${begins}, phase = CASE WHEN ${isHeld} THEN 'held' WHEN ${begins} THEN 'ready' END, ` +
  `worker = CASE WHEN ${begins} THEN NULL ELSE r.worker END, pause = CASE WHEN ${begins} THEN 'awake' END, ` +
  `compensation = CASE WHEN ${begins} THEN ${compensationStates.running} ` +
  `WHEN ${isHeld} AND e.is_compensated THEN ${compensationStates.pending} ELSE ${compensationStates.none} END, ` +
  `rank = CASE WHEN ${begins} THEN {schema}.now_ms() - 1000 * r.priority ELSE r.rank END ` +
  'FROM unnest($2::int4[], $3::boolean[]) AS e(number, is_compensated) ' +
  'WHERE r.job = $1 AND r.number = e.number AND r.is_open RETURNING r.lane, r.phase, r.rank'

/** Lets other runs of the batch jobs lead, because a cancelled one may have been the leader. */
async function leaveBatchesOf(transaction: Queryable, runs: readonly RunRow[]): Promise<void> {
  const gathered = runs.filter(({ gather_until: until }) => until !== null)
  if (gathered.length === 0) return
  const sql = 'SELECT definition, record FROM {schema}.definitions WHERE definition = ANY($1)'
  const rows = await transaction.query<{ definition: string; record: string }>(sql, columnsOf(gathered, 'definition'))
  const sizeOf = new Map<string, number>()
  for (const { definition, record } of rows) {
    const { batch } = (fromText(record) ?? {}) as Partial<WorkerDefinition>
    if (batch) sizeOf.set(definition, Math.min(batch.maxSize, sizeOf.get(definition) ?? batch.maxSize))
  }
  const groups = gathered.map(({ definition, tenant }) => ({ definition, tenant, maxSize: sizeOf.get(definition) }))
  await leaveBatches(transaction, groups)
  await promoteBatches(transaction, groups)
}

/** Notifies the workers of running attempts that their runs were cancelled. */
async function notifyWorkers(transaction: Queryable, runs: readonly RunRow[], hints: Hints): Promise<void> {
  if (runs.length === 0) return
  for (const { worker } of runs) hints.notices(worker!)
  await transaction.query(
    'INSERT INTO {schema}.notices (worker, job, run) SELECT * FROM unnest($1::int8[], $2::text[], $3::int4[])',
    columnsOf(runs, 'worker', 'job', 'number'),
  )
}
