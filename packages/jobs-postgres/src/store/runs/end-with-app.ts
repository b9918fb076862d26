import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { keyOf, type RunKey } from '../rows.ts'
import { endJobWaits } from '../workflows/waits.ts'
import { type EndedAttempt, endRuns } from './ended-attempts.ts'

/**
 * Records the plain end of a run in a transaction of the app.
 *
 * @returns false if the run has changed since the attempt began.
 */
export async function endWithApp(
  transaction: Queryable,
  ended: EndedAttempt,
  now: number,
  hints: Hints,
): Promise<boolean> {
  const row = await endRuns(transaction, [ended], true)
  if (row.ended!.length === 0) return false
  if (row.has_limits) hints.work()
  if (row.has_waits) await endJobWaits(transaction, [ended.run.job.envelope.id], now, hints)
  return true
}

/** Locks a run, also while a transaction whose connection was lost still commits its end. */
export async function lockRun(transaction: Queryable, { job, number }: Pick<RunKey, 'job' | 'number'>): Promise<void> {
  const sql = 'SELECT 1 FROM {schema}.open_runs WHERE job = $1 AND number = $2 FOR NO KEY UPDATE'
  await transaction.query(sql, [job, number])
}

/** Returns whether an attempt has completed its run. */
export async function hasCompleted(transaction: Queryable, { run, attempt }: EndedAttempt): Promise<boolean> {
  const { job, number, worker } = keyOf(run)
  const sql =
    "SELECT 1 FROM {schema}.runs WHERE job = $1 AND number = $2 AND state = 'completed' AND worker = $3 AND attempts = $4"
  return (await transaction.query(sql, [job, number, worker, attempt])).length > 0
}
