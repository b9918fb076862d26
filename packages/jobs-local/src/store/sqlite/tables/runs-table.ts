import type { JobState } from '@cgk-platform/jobs-core'
import {
  type JobErrorInfo,
  type Outcome,
  restartWorkflowRecord,
  type RunRestart,
} from '@cgk-platform/jobs-core/provider'
import { errorGroupOf } from '@cgk-platform/jobs-core/scheduling'

import { toText } from '../../../records/json-column.ts'
import { otherCode, type Parked, parkedOf } from '../../../records/parked-for.ts'
import { compensationStates } from '../../../records/run-columns.ts'
import type { StoredJob, StoredRun } from '../../../records/stored-run.ts'
import { toStoredRecord } from '../../../records/stored-steps.ts'
import type { Subscriber, WorkerDefinition } from '../../../records/subscriber.ts'
import { emptyWorkerWaitMs } from '../../../rules/suspects.ts'
import type { Connection } from '../file/connection.ts'
import { recordAttempt } from './attempts-table.ts'
import { createInsert } from '../file/insert-rows.ts'
import { waitsForVersion } from './parked-runs.ts'
import { type StoredKeys, storedKeysOf } from './stored-keys.ts'
import { isRunOf, keyOf, phases, type RunKey, type RunRow, toStoredRun } from './rows.ts'

const { waiting, ready, held, suspect, gathering, joined, paused } = phases

/** SQL for the rank of a run that waits for a slot from a time on, by the SQL expression `since`. */
const rankFrom = (since: string): string => `${since} - 1000 * priority`

/** A new run of a definition. */
export interface NewRun extends Omit<Subscriber, 'concurrencyKey' | 'throttleKey'>, Partial<StoredKeys> {
  readonly run: number
  readonly tenantId: string
  readonly rank: number
  readonly retryOf?: number
  /** When the run was created to retry another. */
  readonly retriedAt?: number
  /** Until when it waits for a batch, if it is a batch job's. */
  readonly gatherUntil?: number
  /** The workflow record from which the run continues, without its steps. */
  readonly workflow?: string
  /** Whether its tenant is paused. Default false. */
  readonly isPaused?: boolean
}

/** Writes a new run that waits for a slot, for its batch, or for a quiet period that `debounceRun` sets. */
export function addRun(connection: Connection, run: NewRun): void {
  const { definitionId, tenantId, rank, maxAttempts, compensateOnCancel = false, retryOf, retriedAt, workflow } = run
  const { throttle_key: throttleKey = '', concurrency_key: concurrencyKey = '', gatherUntil = null, priority = 0 } = run
  const forSlot = run.isPaused ? paused : ready
  connection.run(
    'INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, rank, priority, throttle_key, concurrency_key, max_attempts, compensate_on_cancel, retry_of, retried_at, workflow, gather_until) ' +
      `VALUES (?, ?, ?, 'queued', ${gatherUntil !== null ? gathering : run.debounce ? waiting : forSlot}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    run.run,
    definitionId,
    tenantId,
    rank,
    priority,
    throttleKey,
    concurrencyKey,
    maxAttempts,
    compensateOnCancel ? 1 : 0,
    retryOf ?? null,
    retriedAt ?? null,
    workflow ?? null,
    gatherUntil,
  )
}

/** Reads the keys of a run. */
export function readKeys(connection: Connection, run: number): StoredKeys {
  return connection.get<StoredKeys>('SELECT throttle_key, concurrency_key FROM cgk_runs WHERE run = ?', run)!
}

/** Reads the runs of a job and adds them to it, oldest first. */
export function readRuns(connection: Connection, job: StoredJob, seq: number): RunRow[] {
  const rows = connection.all<RunRow>(`SELECT * FROM cgk_runs WHERE ${isRunOf('?1')} ORDER BY run`, seq)
  for (const row of rows) job.runs.push(toStoredRun(row, job))
  for (const { startedAt, endedAt } of job.runs) {
    if (startedAt !== undefined) job.startedAt = Math.min(job.startedAt ?? startedAt, startedAt)
    if (endedAt !== undefined) job.endedAt = Math.max(job.endedAt ?? endedAt, endedAt)
  }
  if (rows.some(({ ended_at: endedAt }) => endedAt === null)) delete job.endedAt
  return rows
}

/** SQL for the phase in which a run waits to start. */
const startPhase = `iif(gather_until IS NULL, ${ready}, ${gathering})`

/** Moves up to `max` due runs of a tenant to those that wait for a slot. Returns their number. */
export function wakeDueRuns(connection: Connection, tenant: string, max: number, now: number): number {
  return connection.run(
    // A suspect keeps its phase. From then on it does not wait for an empty worker.
    `UPDATE cgk_runs SET phase = iif(phase = ${suspect}, ${suspect}, ${startPhase}), due_at = NULL, state = CASE WHEN pause IS NULL THEN 'queued' ELSE state END, ` +
      `rank = iif(phase = ${suspect}, rank, ${rankFrom('due_at')}), ` +
      "retried_at = iif(state = 'scheduled', due_at, retried_at), pause = CASE WHEN pause IS NULL THEN NULL ELSE 'awake' END WHERE run IN " +
      '(SELECT run FROM cgk_runs WHERE tenant = ? AND due_at <= ? ORDER BY due_at LIMIT ?)',
    tenant,
    now,
    max,
  )
}

/** Returns when the next run of a tenant is due. */
export function nextRunDueAt(connection: Connection, tenant: string): number | undefined {
  const sql = 'SELECT min(due_at) AS at FROM cgk_runs WHERE tenant = ? AND due_at IS NOT NULL'
  return connection.get<{ at: number | null }>(sql, tenant)?.at ?? undefined
}

const insertHeld = createInsert(
  'cgk_runs (run, definition_id, tenant, state, phase, rank, priority, worker, attempts, max_attempts, started_at, attempt_started_at, compensate_on_cancel, throttle_key, concurrency_key)',
  `(?, ?, ?, 'running', ${held}, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
)

/** Writes new runs that a worker holds from the start. */
export function addHeldRuns(connection: Connection, runs: readonly StoredRun[], worker: number, now: number): void {
  insertHeld(
    connection,
    runs.map((run) => {
      const { definitionId, job, maxAttempts, compensateOnCancel, priority = 0 } = run
      const { tenantId } = job.envelope
      const { run: key, rank } = keyOf(run)
      const { throttle_key: throttleKey, concurrency_key: concurrencyKey } = storedKeysOf(run)
      const compensation = compensateOnCancel ? 1 : 0
      const keys = [throttleKey, concurrencyKey]
      return [key, definitionId, tenantId, rank, priority, worker, maxAttempts, now, now, compensation, ...keys]
    }),
  )
}

/** Marks a run as running or resumed. Its values: the worker, and twice the time. */
export const hold: string =
  `phase = ${held}, worker = ?, resumed = pause IS NOT NULL, wake_pending = 0, ` +
  "state = CASE WHEN pause IS NULL THEN 'running' ELSE state END, attempts = attempts + (pause IS NULL), " +
  'started_at = ifnull(started_at, ?), attempt_started_at = CASE WHEN pause IS NULL THEN ? ELSE attempt_started_at END, ' +
  'pause = NULL, parked = NULL'

const holdLane =
  `UPDATE cgk_runs SET ${hold} WHERE phase = ${ready} AND definition_id = ? AND tenant = ? AND throttle_key = ? ` +
  'AND concurrency_key = ? AND (rank, run) <= (?, ?)'

/** Marks the ready runs of a lane as running or resumed, up to and including the given run. */
export function holdRuns(
  connection: Connection,
  last: StoredKeys & Pick<RunRow, 'definition_id' | 'tenant' | 'rank' | 'run'>,
  worker: number,
  now: number,
): void {
  const { definition_id: definition, tenant, throttle_key: throttleKey, concurrency_key: key, rank, run } = last
  connection.run(holdLane, worker, now, now, definition, tenant, throttleKey, key, rank, run)
}

/** Marks a run as running or resumed. */
export function holdRun(connection: Connection, run: number, worker: number, now: number): void {
  const sql = `UPDATE cgk_runs SET ${hold}, due_at = NULL WHERE run = ?`
  connection.run(sql, worker, now, now, run)
}

/** Returns a run to its state before its attempt, which does not count. A resumed workflow will resume again. */
export const notCounted =
  "pause = CASE WHEN resumed THEN 'awake' END, attempts = attempts - (NOT resumed), " +
  "state = CASE WHEN resumed THEN state ELSE 'queued' END"

/**
 * Fencing condition: matches only while this worker still holds this attempt. `step.restart` counts attempts from 1 again,
 * but then the run has another `retried_at`.
 */
const fence = `run = ? AND worker = ? AND attempts = ? AND retried_at IS ? AND phase IN (${held}, ${joined}) AND (state = 'running' OR compensation = ${compensationStates.running})`

/** The values of that condition. */
type Fence = readonly [run: number, worker: number, attempt: number, retriedAt: number | null]

/** Records the outcome of an attempt. Returns false if the run has changed or another worker has taken it over. */
export function settleRun(
  connection: Connection,
  run: StoredRun,
  {
    attempt,
    outcome,
    now,
    isSuspect,
    definitions,
  }: {
    attempt: number
    outcome: Outcome
    now: number
    isSuspect: boolean
    definitions: readonly WorkerDefinition[]
  },
): boolean {
  const { run: key, worker } = keyOf(run)
  const where: Fence = [key, worker, attempt, run.retriedAt ?? null]
  const end = (state: JobState, output: string | null, error?: JobErrorInfo): number =>
    connection.run(
      `UPDATE cgk_runs SET phase = NULL, state = ?, ended_at = ?, output = ?, error = ?, error_group = ? WHERE ${fence}`,
      state,
      now,
      output,
      ...errorColumns(error),
      ...where,
    )
  const isCompensationOver = run.compensating && outcome.type !== 'suspended' && outcome.type !== 'interrupted'
  if (isCompensationOver) {
    // The run itself ended when it was cancelled.
    const sql = `UPDATE cgk_runs SET phase = NULL, worker = NULL, compensation = ${compensationStates.none} WHERE ${fence}`
    return connection.run(sql, ...where) > 0
  }
  switch (outcome.type) {
    case 'completed':
      return end('completed', toText(outcome.output)) > 0
    case 'failed':
      return end('failed', null, outcome.error) > 0
    case 'cancelled':
      return end('cancelled', null) > 0
    case 'suspended':
      return suspend(connection, where, parkedOf(run, definitions, outcome.wakeAt) ?? { dueAt: outcome.wakeAt }, now)
    case 'restarted':
      return restart(connection, run, where, { outcome, now })
    case 'retry': {
      const sql = `UPDATE cgk_runs SET phase = ${waiting}, worker = NULL, state = 'retrying', crashes = 0, due_at = ?, error = ?, error_group = ? WHERE ${fence}`
      const isSettled = connection.run(sql, now + outcome.afterMs, ...errorColumns(outcome.error), ...where) > 0
      if (isSettled) recordAttempt(connection, run, { attempt, outcome, now })
      return isSettled
    }
    case 'interrupted': {
      if (outcome.againAt !== undefined) return leave(connection, where, outcome.againAt)
      const sql =
        `UPDATE cgk_runs SET worker = NULL, ${isSuspect ? `phase = ${suspect}` : `phase = ${startPhase}, crashes = 0`}, ` +
        `due_at = ?, ${notCounted} WHERE ${fence}`
      return connection.run(sql, isSuspect ? now + emptyWorkerWaitMs : null, ...where) > 0
    }
  }
}

/** The values of the columns of an error. */
function errorColumns(error: JobErrorInfo | undefined): [error: string | null, group: string | null] {
  return error ? [toText(error), errorGroupOf(error)] : [null, null]
}

/** Begins a run again, without its steps and attempts. */
function restart(
  connection: Connection,
  run: StoredRun,
  where: Fence,
  { outcome, now }: { readonly outcome: RunRestart; readonly now: number },
): boolean {
  const { run: key } = keyOf(run)
  const record = restartWorkflowRecord(run.workflow!, run.id, outcome)
  const sql =
    `UPDATE cgk_runs SET phase = ${ready}, worker = NULL, state = 'queued', pause = NULL, due_at = NULL, crashes = 0, ` +
    `wake_pending = 0, parked = NULL, attempts = 0, attempt_started_at = NULL, error = NULL, error_group = NULL, workflow = ?, ` +
    `retried_at = max(?, ifnull(retried_at, 0) + 1), rank = ${rankFrom('?')} WHERE ${fence}`
  if (connection.run(sql, toStoredRecord(record), now, now, ...where) === 0) return false
  connection.run('DELETE FROM cgk_steps WHERE run = ?', key)
  connection.run('DELETE FROM cgk_attempts WHERE run = ?', key)
  return true
}

/** Returns a run to its state before its attempt, which does not count. The run waits for the next one until a time. */
function leave(connection: Connection, where: Fence, againAt: number): boolean {
  const sql =
    `UPDATE cgk_runs SET worker = NULL, phase = ${waiting}, due_at = ?, pause = CASE WHEN resumed THEN 'asleep' END, ` +
    'attempts = attempts - (NOT resumed), ' +
    `state = CASE WHEN resumed THEN state WHEN attempts > 1 THEN 'retrying' ELSE 'scheduled' END WHERE ${fence}`
  return connection.run(sql, againAt, ...where) > 0
}

/**
 * Suspends a workflow. If a wait was resolved while its attempt was ending, it waits for a slot to resume instead, unless
 * it waits for a version.
 */
function suspend(connection: Connection, where: Fence, { dueAt, parked }: Partial<Parked>, now: number): boolean {
  const isPending = 'wake_pending OR EXISTS (SELECT 1 FROM cgk_notices n WHERE n.run = cgk_runs.run)'
  const isWoken = parked === undefined || parked === otherCode ? isPending : 'FALSE'
  const sql =
    `UPDATE cgk_runs SET worker = NULL, crashes = 0, wake_pending = 0, phase = iif(${isWoken}, ${ready}, ${waiting}), ` +
    `pause = iif(${isWoken}, 'awake', 'asleep'), due_at = iif(${isWoken}, NULL, ?), ` +
    `parked = ?, rank = ${rankFrom('?')} WHERE ${fence}`
  return connection.run(sql, dueAt ?? null, parked ?? null, now, ...where) > 0
}

/**
 * Resumes a workflow that is asleep, unless it waits for a version. One that is about to be suspended will resume at once.
 */
export function wakeRun(connection: Connection, { run }: RunKey, graceMs: number | undefined, now: number): void {
  const isAsleep = "pause = 'asleep'"
  connection.run(
    `UPDATE cgk_runs SET grace_ms = ifnull(?, grace_ms), wake_pending = iif(${isAsleep}, 0, 1), ` +
      `rank = iif(${isAsleep}, ${rankFrom('?')}, rank), ` +
      `phase = iif(${isAsleep}, ${ready}, phase), due_at = iif(${isAsleep}, NULL, due_at), ` +
      `pause = iif(${isAsleep}, 'awake', pause) WHERE run = ? AND phase IS NOT NULL AND NOT ifnull(${waitsForVersion}, 0)`,
    graceMs ?? null,
    now,
    run,
  )
}

/** Holds a slot for a handler that still runs after its attempt was stopped. */
export function holdLeftoverSlot(connection: Connection, run: StoredRun): void {
  const { run: key, worker } = keyOf(run)
  const sql =
    'INSERT INTO cgk_leftovers (worker, run, definition_id, tenant, concurrency_key) ' +
    'SELECT ?, run, definition_id, tenant, concurrency_key FROM cgk_runs WHERE run = ?'
  connection.run(sql, worker, key)
}

/** Releases the slot of such a handler. Returns false if it has none. */
export function releaseLeftoverSlot(connection: Connection, { run, worker }: RunKey): boolean {
  const one = 'SELECT id FROM cgk_leftovers WHERE run = ? AND worker = ? LIMIT 1'
  return connection.run(`DELETE FROM cgk_leftovers WHERE id IN (${one})`, run, worker) > 0
}

/** Releases the slot of a run whose state changed before its attempt ended. */
export function releaseRunSlot(connection: Connection, { run, worker }: RunKey): boolean {
  const sql = `UPDATE cgk_runs SET phase = NULL, worker = NULL WHERE run = ? AND worker = ? AND phase = ${held} AND state <> 'running'`
  return connection.run(sql, run, worker) > 0
}

/** SQL that makes the compensation of a cancelled workflow wait for a slot. */
export const waitForCompensation = `phase = ${ready}, pause = 'awake', compensation = ${compensationStates.running}`
/** SQL condition that such a compensation has not begun. Without a record, no step has completed. */
export const isToCompensate = `compensation = ${compensationStates.pending} AND workflow IS NOT NULL`

/** Makes the compensation of a cancelled workflow wait for a slot, if the workflow's own slot is released. */
export function beginCompensation(connection: Connection, { run }: RunKey, now: number): void {
  const sql =
    `UPDATE cgk_runs SET ${waitForCompensation}, rank = ${rankFrom('?')} ` +
    `WHERE run = ? AND ${isToCompensate} AND phase IS NULL`
  connection.run(sql, now, run)
}

/** Cancels a run. A running one holds its slot until its handler has ended. */
export function cancelRun(connection: Connection, { run }: RunKey, compensation: boolean, now: number): void {
  connection.run(
    `UPDATE cgk_runs SET state = 'cancelled', ended_at = ?, error_group = NULL, due_at = NULL, pause = NULL, parked = NULL, compensation = ?, ` +
      `phase = iif(phase = ${held}, ${held}, NULL) WHERE run = ?`,
    now,
    compensation ? compensationStates.pending : compensationStates.none,
    run,
  )
}

/** Removes the runs of a job from the failures. */
export function forgetFailures(connection: Connection, seq: number): void {
  connection.run(`UPDATE cgk_runs SET error_group = NULL WHERE ${isRunOf('?1')} AND error_group IS NOT NULL`, seq)
}
