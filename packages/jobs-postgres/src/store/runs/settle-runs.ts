import { errorGroupOf } from '@cgk-platform/jobs-core/scheduling'
import { type Outcome, restartWorkflowRecord } from '@cgk-platform/jobs-core/provider'
import {
  compensationStates,
  emptyWorkerWaitMs,
  maxStoredAttempts,
  otherCode,
  type Parked,
  parkedOf,
  type StoredRun,
  toStoredRecord,
  toText,
  type WorkerDefinition,
} from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { keyOf } from '../rows.ts'
import { endJobWaits, removeWaits } from '../workflows/waits.ts'
import { type LaneChange, markWaiting } from '../workflows/wake-runs.ts'
import { type AttemptColumn, endColumns, type EndedAttempt, fence, tableOf } from './ended-attempts.ts'
import { freeSlots, releaseSlots } from './slots.ts'

/** The options of `settleRuns`. */
export interface SettleOptions {
  readonly definitions: readonly WorkerDefinition[]
  /** Returns whether a run may still be found to end its process. */
  readonly isOnProbation: (run: StoredRun) => boolean
  readonly now: number
  readonly hints: Hints
}

type Kind = Outcome['type']
type OutcomeOf<Type extends Kind> = Extract<Outcome, { readonly type: Type }>
type Ended<Type extends Kind = Kind> = EndedAttempt<OutcomeOf<Type>>
type Column<Type extends Kind> = AttemptColumn<OutcomeOf<Type>>

/** SQL for the rank of a run that waits for a slot from now on. */
const rankFromNow = '{schema}.now_ms() - 1000 * r.priority'

/** SQL that returns a run to its state before its attempt, which does not count. A resumed workflow will resume again. */
export const notCounted =
  "pause = CASE WHEN r.resumed THEN 'awake' END, attempts = r.attempts - CASE WHEN r.resumed THEN 0 ELSE 1 END, " +
  "state = CASE WHEN r.resumed THEN r.state ELSE 'queued' END"

/**
 * Records the outcomes of attempts in a transaction. Returns those whose run has changed since the attempt began, because
 * it was cancelled or another worker has taken it over: of these nothing is recorded.
 */
export async function settleRuns(
  transaction: Queryable,
  ended: readonly EndedAttempt[],
  options: SettleOptions,
): Promise<readonly EndedAttempt[]> {
  const { hints, now } = options
  const freed = ended.map(({ run }) => ({ definition: run.definitionId, lane: keyOf(run).lane }))
  await freeSlots(transaction, freed, hints)
  const { settled, waiting } = await recordOutcomes(transaction, ended, options)
  await holdLeftoverSlots(
    transaction,
    runsOf(settled, ({ releasesSlot }) => !releasesSlot),
  )
  const isSettled = new Set(settled)
  const lost = ended.filter((attempt) => !isSettled.has(attempt))
  const holding = runsOf(lost, ({ run, releasesSlot }) => releasesSlot && run.gather?.role !== 'follows')
  await releaseSlots(transaction, holding, hints)
  const over = runsOf(settled, ({ outcome }) => isEnd(outcome))
  const withWaits = [...over, ...runsOf(settled, is('restarted'))].filter(({ workflow }) => workflow)
  const keys = withWaits.map((run) => keyOf(run))
  await removeWaits(transaction, keys)
  await endJobWaits(transaction, [...new Set(over.map(({ job }) => job.envelope.id))], now, hints)
  // Last: whoever resumes a workflow locks its run before its lane.
  await markWaiting(transaction, waiting)
  return lost
}

function runsOf(attempts: readonly EndedAttempt[], isOne: (attempt: EndedAttempt) => boolean): StoredRun[] {
  return attempts.filter((attempt) => isOne(attempt)).map(({ run }) => run)
}

/** Whether an outcome ends a run. */
export function isEnd({ type }: Outcome): boolean {
  return type === 'completed' || type === 'failed' || type === 'cancelled'
}

/** Records outcomes, those of a kind in one statement. Returns the recorded ones, and the runs that wait for a slot now. */
async function recordOutcomes(
  transaction: Queryable,
  ended: readonly EndedAttempt[],
  options: SettleOptions,
): Promise<{ readonly settled: readonly EndedAttempt[]; readonly waiting: readonly LaneChange[] }> {
  const settled: EndedAttempt[] = []
  const waiting: LaneChange[] = []
  let left = ended
  await lockSuspended(transaction, ended.filter(is('suspended')))
  for (const { isOne, sql, columns = [], toStatement = returnRuns } of changesOf(options)) {
    const attempts = left.filter((attempt) => isOne(attempt))
    if (attempts.length === 0) continue
    left = left.filter((attempt) => !isOne(attempt))
    const { table, values } = tableOf(attempts, columns)
    const statement = toStatement(`UPDATE {schema}.runs r SET ${sql} FROM ${table} WHERE ${fence}`)
    const rows = await transaction.query<LaneChange & { i: number }>(statement, values)
    settled.push(...rows.map(({ i }) => attempts[i - 1]!))
    waiting.push(...rows.filter(({ phase }) => phase !== null && phase !== 'waiting'))
  }
  await removeHistory(transaction, runsOf(settled, is('restarted')))
  await removeOldAttempts(transaction, settled.filter(is('retry')))
  const areParked = runsOf(settled, is('suspended')).some(({ workflow }) => workflow?.parked)
  if (waiting.length > 0 || areParked) options.hints.work() // another worker may have the version of a parked run
  return { settled, waiting }
}

/** The change of runs by outcomes of one kind. */
interface Change {
  readonly isOne: (attempt: EndedAttempt) => boolean
  readonly sql: string
  readonly columns?: readonly AttemptColumn<Outcome>[]
  readonly toStatement?: (update: string) => string
}

/** Returns the changes of each kind. The first that fits an outcome counts. */
function changesOf({ definitions, isOnProbation }: SettleOptions): readonly Change[] {
  const waitOf = ({ run, outcome: { wakeAt } }: Ended<'suspended'>): Partial<Parked> =>
    parkedOf(run, definitions, wakeAt) ?? { dueAt: wakeAt }
  return [
    {
      // The run itself ended when it was cancelled.
      isOne: (attempt) => attempt.run.compensating !== undefined && !is('suspended', 'interrupted')(attempt),
      sql: `phase = NULL, worker = NULL, is_open = false, compensation = ${compensationStates.none}`,
    },
    { isOne: ({ outcome }) => isEnd(outcome), sql: end, columns: endColumns },
    changeOf('retry', retry, withAttempts, [
      { name: 'after_ms', type: 'int8', of: ({ outcome }) => Math.ceil(outcome.afterMs) },
      { name: 'error', type: 'text', of: ({ outcome }) => toText(outcome.error) },
      { name: 'error_group', type: 'text', of: ({ outcome }) => errorGroupOf(outcome.error) },
    ]),
    changeOf('suspended', suspend, returnRuns, [
      { name: 'due_at', type: 'int8', of: (attempt) => ceil(waitOf(attempt).dueAt) },
      { name: 'parked', type: 'text', of: (attempt) => waitOf(attempt).parked ?? null },
    ]),
    changeOf('restarted', restart, returnRuns, [
      {
        name: 'workflow',
        type: 'text',
        of: ({ run, outcome }) => toStoredRecord(restartWorkflowRecord(run.workflow!, run.id, outcome)),
      },
    ]),
    changeOf('interrupted', interrupt, returnRuns, [
      { name: 'is_suspect', type: 'boolean', of: ({ run }) => isOnProbation(run) },
      { name: 'again_at', type: 'int8', of: ({ outcome }) => ceil(outcome.againAt) },
    ]),
  ]
}

function ceil(at: number | undefined): number | null {
  return at === undefined ? null : Math.ceil(at)
}

function changeOf<Type extends Kind>(
  type: Type,
  sql: string,
  toStatement: (update: string) => string,
  columns: readonly Column<Type>[],
): Change {
  return { isOne: is(type), sql, toStatement, columns: columns as readonly AttemptColumn<Outcome>[] }
}

function is(...types: readonly Kind[]): (attempt: EndedAttempt) => boolean {
  return ({ outcome }) => types.includes(outcome.type)
}

function returnRuns(update: string): string {
  return `${update} RETURNING e.i, r.lane, r.phase, r.rank`
}

const end =
  'phase = NULL, is_open = false, state = e.state, ended_at = {schema}.now_ms(), output = e.output, error = e.error, error_group = e.error_group'

const retry =
  "phase = 'waiting', worker = NULL, state = 'retrying', crashes = 0, due_at = {schema}.now_ms() + e.after_ms, error = e.error, error_group = e.error_group"

/** The attempt does not count. The run waits for the next one until `again_at`, if that is set. */
const interrupt =
  "worker = NULL, phase = CASE WHEN e.again_at IS NOT NULL THEN 'waiting' WHEN e.is_suspect THEN 'suspect' " +
  "WHEN r.gather_until IS NULL THEN 'ready' ELSE 'gathering' END, " +
  'crashes = CASE WHEN e.is_suspect OR e.again_at IS NOT NULL THEN r.crashes ELSE 0 END, ' +
  `due_at = coalesce(e.again_at, CASE WHEN e.is_suspect THEN {schema}.now_ms() + ${emptyWorkerWaitMs} END), ` +
  "pause = CASE WHEN NOT r.resumed THEN NULL WHEN e.again_at IS NULL THEN 'awake' ELSE 'asleep' END, " +
  'attempts = r.attempts - CASE WHEN r.resumed THEN 0 ELSE 1 END, ' +
  "state = CASE WHEN r.resumed THEN r.state WHEN e.again_at IS NULL THEN 'queued' WHEN r.attempts > 1 THEN 'retrying' ELSE 'scheduled' END"

/** Begins a run again, without its attempts. `removeHistory` removes its steps. */
const restart =
  "phase = 'ready', worker = NULL, state = 'queued', pause = NULL, due_at = NULL, crashes = 0, wake_pending = false, " +
  'parked = NULL, attempts = 0, attempt_started_at = NULL, error = NULL, error_group = NULL, workflow = e.workflow, ' +
  `retried_at = greatest({schema}.now_ms(), coalesce(r.retried_at, 0) + 1), rank = ${rankFromNow}`

const isPending = 'r.wake_pending OR EXISTS (SELECT 1 FROM {schema}.notices n WHERE n.job = r.job AND n.run = r.number)'
const isWoken = `(e.parked IS NULL OR e.parked = '${otherCode}') AND (${isPending})`

/**
 * Suspends a workflow. If a wait was resolved while its attempt was ending, it waits for a slot to resume instead, unless
 * it waits for a version.
 */
const suspend =
  `worker = NULL, crashes = 0, wake_pending = false, phase = CASE WHEN ${isWoken} THEN 'ready' ELSE 'waiting' END, ` +
  `pause = CASE WHEN ${isWoken} THEN 'awake' ELSE 'asleep' END, due_at = CASE WHEN ${isWoken} THEN NULL ELSE e.due_at END, ` +
  `parked = e.parked, rank = ${rankFromNow}`

/** Locks the runs, so that the next statement sees the notices of those who resolved their waits before. */
async function lockSuspended(transaction: Queryable, ended: readonly EndedAttempt[]): Promise<void> {
  if (ended.length === 0) return
  const { table, values } = tableOf(ended)
  const sql = `SELECT 1 FROM {schema}.runs r JOIN ${table} ON ${fence} ORDER BY r.job, r.number FOR UPDATE OF r`
  await transaction.query(sql, values)
}

/** Returns a statement that also records the attempts, which are followed by others. */
function withAttempts(update: string): string {
  const returned =
    'e.i, e.job, e.number, e.attempt, e.worker, e.error, e.after_ms, r.attempt_started_at, r.due_at, r.lane, r.phase, r.rank'
  return (
    `WITH retried AS (${update} RETURNING ${returned}), added AS (` +
    'INSERT INTO {schema}.attempts (job, run, number, started_at, ended_at, next_due_at, worker, error) ' +
    'SELECT job, number, attempt, attempt_started_at, due_at - after_ms, due_at, worker, error FROM retried ' +
    'ON CONFLICT (job, run, number) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, ' +
    'next_due_at = excluded.next_due_at, worker = excluded.worker, error = excluded.error) SELECT i, lane, phase FROM retried'
  )
}

/** Removes attempts of runs that have too many. */
async function removeOldAttempts(transaction: Queryable, ended: readonly EndedAttempt[]): Promise<void> {
  const many = ended.filter(({ attempt }) => attempt > maxStoredAttempts)
  if (many.length === 0) return
  const { table, values } = tableOf(many)
  await transaction.query(
    `DELETE FROM {schema}.attempts a USING ${table} WHERE a.job = e.job AND a.run = e.number AND a.number <= e.attempt - ${maxStoredAttempts}`,
    values,
  )
}

/** Removes the steps and the attempts of runs that begin again. */
async function removeHistory(transaction: Queryable, runs: readonly StoredRun[]): Promise<void> {
  if (runs.length === 0) return
  const values = columnsOf(runs.map(keyOf), 'job', 'number')
  for (const table of ['steps', 'attempts'])
    await transaction.query(
      `DELETE FROM {schema}.${table} WHERE (job, run) IN (SELECT * FROM unnest($1::text[], $2::int4[]))`,
      values,
    )
}

/** Holds slots for handlers that still run after their attempts were stopped. */
async function holdLeftoverSlots(transaction: Queryable, runs: readonly StoredRun[]): Promise<void> {
  if (runs.length === 0) return
  await transaction.query(
    'INSERT INTO {schema}.leftovers (worker, job, run, definition, tenant, concurrency_key) ' +
      'SELECT e.worker, r.job, r.number, r.definition, r.tenant, r.concurrency_key ' +
      'FROM unnest($1::text[], $2::int4[], $3::int8[]) AS e(job, run, worker) ' +
      'JOIN {schema}.runs r ON r.job = e.job AND r.number = e.run',
    columnsOf(runs.map(keyOf), 'job', 'number', 'worker'),
  )
}
