import {
  compensationStates,
  emptyWorkerWaitMs,
  endedProcess,
  leastCharged,
  longLifeMs,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { notCounted } from '../runs/settle-runs.ts'
import { freeCancelled, type FreedRun, freeSlots } from '../runs/slots.ts'
import { markWaiting } from '../workflows/wake-runs.ts'

const mine = "r.is_open AND r.worker = ANY($1::int8[]) AND r.phase IN ('held', 'joined')"
const ofLeftovers =
  'SELECT f.definition, l.id AS lane FROM {schema}.leftovers f JOIN {schema}.lanes l ON l.definition = f.definition ' +
  'AND l.tenant = f.tenant AND l.concurrency_key = f.concurrency_key WHERE f.worker = ANY($1::int8[])'

/** Which runs are charged with the crash: those with at least so many crashes. */
const isCharged = 'r.crashes >= $2::int4'
/** The attempt of a workflow that has resumed began earlier than its worker. */
const crashes = `CASE WHEN NOT r.resumed AND r.attempt_started_at <= {schema}.now_ms() - ${longLifeMs} THEN 1 ELSE r.crashes + 1 END`
/** A charged run has at least two crashes, so that it begins alone. */
const suspected =
  `worker = NULL, phase = 'suspect', due_at = {schema}.now_ms() + ${emptyWorkerWaitMs}, ` +
  `crashes = greatest(${crashes}, CASE WHEN ${isCharged} THEN 2 ELSE 1 END)`

const recordSql =
  'INSERT INTO {schema}.attempts (job, run, number, started_at, ended_at, worker, error) ' +
  'SELECT r.job, r.number, r.attempts, r.attempt_started_at, {schema}.now_ms(), r.worker, $3 FROM {schema}.runs r ' +
  `WHERE ${mine} AND r.state = 'running' AND ${isCharged} ON CONFLICT (job, run, number) DO UPDATE SET ` +
  'started_at = excluded.started_at, ended_at = excluded.ended_at, worker = excluded.worker, error = excluded.error, next_due_at = NULL'

const freeSqls = [
  `UPDATE {schema}.runs r SET ${suspected}, state = 'queued' WHERE ${mine} AND r.state = 'running' AND ${isCharged}`,
  `UPDATE {schema}.runs r SET ${suspected}, ${notCounted} WHERE ${mine} AND r.state = 'running'`,
  `UPDATE {schema}.runs r SET ${suspected}, pause = 'awake', attempts = r.attempts + CASE WHEN ${isCharged} THEN 1 ELSE 0 END ` +
    `WHERE ${mine} AND r.compensation = ${compensationStates.running}`,
]

/**
 * Frees the runs of the workers of a dead process. If only one was running, it ended the process: its attempt counts.
 * Otherwise nobody knows which one did: no attempt counts, except that of a run that has seen far more crashes than the
 * others. Either way they become suspects, which start apart from other runs.
 */
export async function takeOver(transaction: Queryable, workers: readonly number[], hints: Hints): Promise<void> {
  const held = `SELECT r.definition, r.lane FROM {schema}.runs r WHERE ${mine}`
  const freed = await transaction.query<FreedRun>(`${held} UNION ${ofLeftovers}`, [workers])
  await freeSlots(transaction, freed, hints)
  hints.work()
  const lock = `SELECT r.crashes FROM {schema}.runs r WHERE ${mine} ORDER BY r.job, r.number FOR UPDATE`
  const runs = await transaction.query<{ crashes: number }>(lock, [workers])
  const leftovers = await transaction.query('DELETE FROM {schema}.leftovers WHERE worker = ANY($1) RETURNING id', [
    workers,
  ])
  const seen = runs.map((run) => run.crashes)
  const charged = leastCharged(seen, leftovers.length > 0) ?? neverCharged
  await transaction.query(recordSql, [workers, charged, JSON.stringify(endedProcess)])
  for (const sql of freeSqls) await transaction.query(sql, [workers, charged])
  const freeSql = `UPDATE {schema}.runs r SET ${freeCancelled} WHERE ${mine} RETURNING r.lane, r.phase, r.rank`
  await markWaiting(transaction, await transaction.query(freeSql, [workers]))
  // Keep notices of resolved steps for the worker that continues the run.
  await transaction.query('DELETE FROM {schema}.notices WHERE worker = ANY($1) AND key IS NULL', [workers])
}

/** More crashes than any run has seen. */
const neverCharged = 2 ** 31 - 1
