import type { JobState } from '@cgk-platform/jobs-core'
import type { Outcome } from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun, Subscriber } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { keyOf, phases, type RunKey, type RunRow, toStoredRun, toText, compensations } from './rows.ts'

const { waits, ready, held } = phases

/** A run that a definition gets. */
export interface NewRun extends Subscriber {
  readonly seq: number
  readonly number: number
  readonly tenantId: string
  readonly retryOf?: number
  /** The record that it goes on from, without its steps. */
  readonly workflow?: string
}

/** Lets a new run wait for its turn. */
export function addRun(connection: Connection, run: NewRun): void {
  const { seq, number, definitionId, tenantId, maxAttempts, compensateOnCancel = false, retryOf, workflow } = run
  connection.run(
    'INSERT INTO cgk_runs (job, number, definition, tenant, state, phase, max_attempts, compensate_on_cancel, retry_of, workflow) ' +
      `VALUES (?, ?, ?, ?, 'queued', ${ready}, ?, ?, ?, ?)`,
    seq,
    number,
    definitionId,
    tenantId,
    maxAttempts,
    compensateOnCancel ? 1 : 0,
    retryOf ?? null,
    workflow ?? null,
  )
}

/** Reads the runs of a job into it, oldest first. */
export function readRuns(connection: Connection, job: StoredJob, seq: number): RunRow[] {
  const rows = connection.all<RunRow>('SELECT * FROM cgk_runs WHERE job = ? ORDER BY number', seq)
  for (const row of rows) job.runs.push(toStoredRun(row, job))
  for (const { startedAt, endedAt } of job.runs) {
    if (startedAt !== undefined) job.startedAt = Math.min(job.startedAt ?? startedAt, startedAt)
    if (endedAt !== undefined) job.endedAt = Math.max(job.endedAt ?? endedAt, endedAt)
  }
  if (rows.some(({ ended_at: endedAt }) => endedAt === null)) delete job.endedAt
  return rows
}

/** How many runs are woken in one transaction, so that none holds up others for long. */
const wokenAtOnce = 5000

/** Lets the runs whose time has come wait for their turn. */
export function wakeDueRuns(connection: Connection, now: number): void {
  connection.run(
    `UPDATE cgk_runs SET phase = ${ready}, due_at = NULL, state = CASE WHEN pause IS NULL THEN 'queued' ELSE state END, ` +
      "pause = CASE WHEN pause IS NULL THEN NULL ELSE 'awake' END WHERE (job, number) IN " +
      '(SELECT job, number FROM cgk_runs WHERE due_at <= ? ORDER BY due_at LIMIT ?)',
    now,
    wokenAtOnce,
  )
}

/** Writes a new run that a worker begins at once. */
export function addHeldRun(connection: Connection, run: StoredRun, { seq, number, worker }: RunKey, now: number): void {
  const { definitionId, job, maxAttempts, compensateOnCancel = false } = run
  connection.run(
    'INSERT INTO cgk_runs (job, number, definition, tenant, state, phase, worker, attempts, max_attempts, started_at, ' +
      `attempt_started_at, compensate_on_cancel) VALUES (?, ?, ?, ?, 'running', ${held}, ?, 1, ?, ?, ?, ?)`,
    seq,
    number,
    definitionId,
    job.envelope.tenantId,
    worker,
    maxAttempts,
    now,
    now,
    compensateOnCancel ? 1 : 0,
  )
}

/** Marks the runs of a definition and tenant whose turn it is as begun, or as going on, up to one of them. */
export function holdRuns(
  connection: Connection,
  { definition, tenant, job, number }: Pick<RunRow, 'definition' | 'tenant' | 'job' | 'number'>,
  worker: number,
  now: number,
): void {
  connection.run(
    `UPDATE cgk_runs SET phase = ${held}, worker = ?, resumed = pause IS NOT NULL, wakes = 0, ` +
      "state = CASE WHEN pause IS NULL THEN 'running' ELSE state END, attempts = attempts + (pause IS NULL), " +
      'started_at = ifnull(started_at, ?), attempt_started_at = CASE WHEN pause IS NULL THEN ? ELSE attempt_started_at END, ' +
      `pause = NULL WHERE phase = ${ready} AND definition = ? AND tenant = ? AND (job, number) <= (?, ?)`,
    worker,
    now,
    now,
    definition,
    tenant,
    job,
    number,
  )
}

/** Which attempt, of which worker, something happened to: what has moved on meanwhile is not touched. */
const fence = `job = ? AND number = ? AND worker = ? AND attempts = ? AND phase = ${held} AND (state = 'running' OR compensation = ${compensations.underWay})`

/** Records how an attempt ended. False where the run has moved on meanwhile, or was taken over by another worker. */
export function settleRun(
  connection: Connection,
  run: StoredRun,
  { attempt, outcome, now }: { attempt: number; outcome: Outcome; now: number },
): boolean {
  const { seq, number, worker } = keyOf(run)
  const where = [seq, number, worker, attempt] as const
  const end = (state: JobState, output: string | null, error: string | null): number =>
    connection.run(
      `UPDATE cgk_runs SET phase = NULL, worker = NULL, state = ?, ended_at = ?, output = ?, error = ? WHERE ${fence}`,
      state,
      now,
      output,
      error,
      ...where,
    )
  const over = run.compensating && outcome.type !== 'suspended' && outcome.type !== 'interrupted'
  if (over) {
    // Its run has ended before.
    const sql = `UPDATE cgk_runs SET phase = NULL, worker = NULL, compensation = ${compensations.none} WHERE ${fence}`
    return connection.run(sql, ...where) > 0
  }
  switch (outcome.type) {
    case 'completed':
      return end('completed', toText(outcome.output), null) > 0
    case 'failed':
      return end('failed', null, toText(outcome.error)) > 0
    case 'cancelled':
      return end('cancelled', null, null) > 0
    case 'suspended':
      return suspend(connection, where, outcome.wakeAt)
    case 'retry': {
      const sql = `UPDATE cgk_runs SET phase = ${waits}, worker = NULL, state = 'retrying', due_at = ?, error = ? WHERE ${fence}`
      return connection.run(sql, now + outcome.afterMs, toText(outcome.error), ...where) > 0
    }
    case 'interrupted': {
      // It counts as not made; one that had gone on goes on once more.
      const sql =
        `UPDATE cgk_runs SET phase = ${ready}, worker = NULL, pause = CASE WHEN resumed THEN 'awake' END, ` +
        "attempts = attempts - (NOT resumed), state = CASE WHEN resumed THEN state ELSE 'queued' END " +
        `WHERE ${fence}`
      return connection.run(sql, ...where) > 0
    }
  }
}

/** Lets a workflow wait; an answer may have come while its code was still looked after. */
function suspend(
  connection: Connection,
  where: readonly [seq: number, number: number, worker: number, attempt: number],
  wakeAt: number | undefined,
): boolean {
  const answered = 'EXISTS (SELECT 1 FROM cgk_notices n WHERE n.job = cgk_runs.job AND n.number = cgk_runs.number)'
  const sql =
    `UPDATE cgk_runs SET worker = NULL, wakes = 0, phase = iif(wakes OR ${answered}, ${ready}, ${waits}), ` +
    `pause = iif(wakes OR ${answered}, 'awake', 'asleep'), due_at = iif(wakes OR ${answered}, NULL, ?) WHERE ${fence}`
  return connection.run(sql, wakeAt ?? null, ...where) > 0
}

/** Lets a workflow that is asleep come to its turn; one that is about to be will not sleep then. */
export function wakeRun(connection: Connection, { seq, number }: RunKey, graceMs: number | undefined): void {
  const isAsleep = "pause = 'asleep'"
  connection.run(
    `UPDATE cgk_runs SET grace_ms = ifnull(?, grace_ms), wakes = iif(${isAsleep}, 0, 1), ` +
      `phase = iif(${isAsleep}, ${ready}, phase), due_at = iif(${isAsleep}, NULL, due_at), ` +
      `pause = iif(${isAsleep}, 'awake', pause) WHERE job = ? AND number = ? AND phase IS NOT NULL`,
    graceMs ?? null,
    seq,
    number,
  )
}

/** Keeps the place of a handler that runs on after its attempt was stopped. */
export function stay(connection: Connection, run: StoredRun): void {
  const { seq, number, worker } = keyOf(run)
  const sql = 'INSERT INTO cgk_stays (worker, job, number, definition, tenant) VALUES (?, ?, ?, ?, ?)'
  connection.run(sql, worker, seq, number, run.definitionId, run.job.envelope.tenantId)
}

/** Gives it back. False where there is none. */
export function endStay(connection: Connection, { seq, number, worker }: RunKey): boolean {
  const one = 'SELECT place FROM cgk_stays WHERE job = ? AND number = ? AND worker = ? LIMIT 1'
  return connection.run(`DELETE FROM cgk_stays WHERE place IN (${one})`, seq, number, worker) > 0
}

/** Gives back the place of a run that had moved on before its attempt ended. */
export function leavePlace(connection: Connection, { seq, number, worker }: RunKey): boolean {
  const sql = `UPDATE cgk_runs SET phase = NULL, worker = NULL WHERE job = ? AND number = ? AND worker = ? AND phase = ${held} AND state <> 'running'`
  return connection.run(sql, seq, number, worker) > 0
}

/** Lets a cancelled workflow come to its turn to be compensated, once its place is free. */
export function beginCompensation(connection: Connection, { seq, number }: RunKey): void {
  connection.run(
    `UPDATE cgk_runs SET compensation = ${compensations.underWay}, phase = ${ready}, pause = 'awake' ` +
      `WHERE job = ? AND number = ? AND compensation = ${compensations.toDo} AND phase IS NULL`,
    seq,
    number,
  )
}

/** Ends a run that somebody has cancelled. One under way keeps its place until its handler has left. */
export function cancelRun(connection: Connection, { seq, number }: RunKey, compensation: boolean, now: number): void {
  connection.run(
    `UPDATE cgk_runs SET state = 'cancelled', ended_at = ?, due_at = NULL, pause = NULL, compensation = ?, ` +
      `phase = iif(phase = ${held}, ${held}, NULL) WHERE job = ? AND number = ?`,
    now,
    compensation ? compensations.toDo : compensations.none,
    seq,
    number,
  )
}

/** Frees what workers had that are gone: an attempt that was under way counts, and is made again as far as more are left. */
export function takeOver(connection: Connection, worker: number): void {
  const mine = `worker = ? AND phase = ${held}`
  connection.run(
    `UPDATE cgk_runs SET worker = NULL, phase = ${ready}, state = 'queued' WHERE ${mine} AND state = 'running'`,
    worker,
  )
  connection.run(
    `UPDATE cgk_runs SET worker = NULL, phase = ${ready}, pause = 'awake', attempts = attempts + 1 WHERE ${mine} AND compensation = ${compensations.underWay}`,
    worker,
  )
  connection.run(
    `UPDATE cgk_runs SET worker = NULL, phase = ${ready}, pause = 'awake', compensation = ${compensations.underWay} WHERE ${mine} AND compensation = ${compensations.toDo}`,
    worker,
  )
  connection.run(`UPDATE cgk_runs SET worker = NULL, phase = NULL WHERE ${mine}`, worker)
  connection.run('DELETE FROM cgk_stays WHERE worker = ?', worker)
  // What was answered is for whoever goes on with the run.
  connection.run('DELETE FROM cgk_notices WHERE worker = ? AND key IS NULL', worker)
}
