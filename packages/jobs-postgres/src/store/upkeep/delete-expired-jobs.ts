import { signalEventOf } from '@cgk-platform/jobs-core/scheduling'
import { maxBatchBytes, type Retention, turnBatch } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'

/** Jobs that ended before these instants are deleted. */
export interface Cutoffs {
  readonly withRuns: number
  readonly withoutRuns: number
  readonly failed: number
}

/** Ended jobs, by their first run, without those of which it has failed. */
const endedByRuns = '{schema}.ended_runs r WHERE r.number = 1 AND r.error_group IS NULL'
/** Runs that have failed and were not retried. Counted separately. */
const failedRuns = '{schema}.ended_runs r WHERE r.error_group IS NOT NULL'
/** Ended jobs without runs. Counted separately. */
const endedWithoutRuns = '{schema}.jobs j WHERE j.ended_at IS NOT NULL'

/** Returns which ended jobs exceed the retention. Reads as many entries of an index as jobs are retained. */
export async function readCutoffs(queryable: Queryable, retention: Retention): Promise<Cutoffs> {
  const { count, ageMs, failed = retention } = retention
  const oldest = (ended: string, place = '$1'): string =>
    `(SELECT ended_at FROM ${ended} ORDER BY ended_at DESC LIMIT 1 OFFSET ${place})`
  const sql =
    `SELECT greatest(now - $2::int8, coalesce(${oldest(endedByRuns)}, 0)) AS with_runs, ` +
    `greatest(now - $2::int8, coalesce(${oldest(endedWithoutRuns)}, 0)) AS without_runs, ` +
    `greatest(now - $4::int8, coalesce(${oldest(failedRuns, '$3')}, 0)) AS failed FROM {schema}.now_ms() AS now`
  const values = [count - 1, ageMs, failed.count - 1, failed.ageMs]
  const [row] = await queryable.query<{ with_runs: number; without_runs: number; failed: number }>(sql, values)
  return { withRuns: row!.with_runs, withoutRuns: row!.without_runs, failed: row!.failed }
}

/** SQL for whether a job has not ended. */
export const isOpen = (job: string): string =>
  `EXISTS (SELECT 1 FROM {schema}.open_runs o WHERE o.job = ${job}) OR EXISTS (SELECT 1 FROM {schema}.arrivals a WHERE a.job = ${job})`

/** SQL for a signal to an open job, which may wait for it later. A long name is stored as a hash, so it may be one. */
const isNeeded =
  `(starts_with(j.event, '${signalEventOf('')}') OR starts_with(j.event, chr(1))) AND EXISTS (SELECT 1 FROM {schema}.references x ` +
  `JOIN {schema}.jobs t ON t.id = x.reference WHERE x.job = j.id AND t.ended_at IS NULL AND (${isOpen('t.id')}))`

/** Jobs of which no run is open or ended later. What was deleted before is not looked at again: its index entries remain for a while. */
const expiredSql = `
  SELECT r.job AS id, r.ended_at, true AS has_runs FROM ${endedByRuns} AND r.ended_at >= $4 AND r.ended_at < $1
    AND NOT EXISTS (SELECT 1 FROM {schema}.open_runs o WHERE o.job = r.job)
    AND NOT EXISTS (SELECT 1 FROM {schema}.ended_runs o WHERE o.job = r.job AND (o.ended_at >= $1 OR o.error_group IS NOT NULL))
  ORDER BY r.ended_at LIMIT $3`
const expiredFailuresSql = `
  SELECT r.job, max(r.ended_at), false FROM ${failedRuns} AND r.ended_at < $6
    AND NOT EXISTS (SELECT 1 FROM {schema}.open_runs o WHERE o.job = r.job)
    AND NOT EXISTS (SELECT 1 FROM {schema}.ended_runs o WHERE o.job = r.job AND o.ended_at >= $6)
  GROUP BY r.job ORDER BY 2 LIMIT $3`
const expiredWithoutRunsSql = `
  SELECT j.id, j.ended_at, false FROM ${endedWithoutRuns} AND j.ended_at < $2 AND NOT (${isNeeded})
  ORDER BY j.ended_at LIMIT $3`

/** Locks jobs against a retry, those whose values can be deleted at once. Skips those that others look at. */
const lockSql = `
  SELECT j.id, e.ended_at, e.has_runs FROM {schema}.jobs j JOIN (
    SELECT e.*, sum(octet_length(j.envelope)) OVER (ORDER BY e.ended_at, e.id) - octet_length(j.envelope) AS before
    FROM ((${expiredSql}) UNION ALL (${expiredWithoutRunsSql}) UNION ALL (${expiredFailuresSql})) e JOIN {schema}.jobs j USING (id)
  ) e USING (id) WHERE e.before <= $5 FOR UPDATE OF j SKIP LOCKED`
/** A retry may have come before the lock. */
const stillEndedSql = `SELECT id FROM unnest($1::text[]) AS e (id) WHERE NOT (${isOpen('id')})`

const ofJobs = ['references', 'ended_runs', 'attempts', 'steps', 'waits', 'notices'].map(
  (table) => `gone_${table} AS (DELETE FROM {schema}.${table} WHERE job = ANY($1::text[]))`,
)
const deleteSql =
  `WITH ${ofJobs.join(', ')}, known AS (UPDATE {schema}.upkeep SET deleted_until = $2 WHERE deleted_until < $2) ` +
  'DELETE FROM {schema}.jobs WHERE id = ANY($1::text[])'

/** Deletes those of some locked jobs that have still ended. Returns their number. @param until - when the last one ended */
export async function deleteEnded(
  transaction: Queryable,
  locked: readonly { readonly id: string }[],
  until: number,
): Promise<number> {
  const ended = await transaction.query<{ id: string }>(stillEndedSql, columnsOf(locked, 'id'))
  await transaction.query(deleteSql, [...columnsOf(ended, 'id'), until])
  return ended.length
}

/** The result of a batch of deletes. */
export interface Deleted {
  /** Number of jobs. */
  readonly count: number
  /** Up to when the jobs with runs ended. */
  readonly until: number
}

/** Deletes a batch of the jobs that ended before the cutoffs. @param from - up to when an earlier batch has deleted */
export async function deleteExpiredJobs(
  transaction: Queryable,
  { withRuns, withoutRuns, failed }: Cutoffs,
  from: number,
): Promise<Deleted> {
  const values = [withRuns, withoutRuns, turnBatch, from, maxBatchBytes, failed]
  const locked = await transaction.query<{ id: string; ended_at: number; has_runs: boolean }>(lockSql, values)
  if (locked.length === 0) return { count: 0, until: from }
  const count = await deleteEnded(transaction, locked, Math.max(...locked.map(({ ended_at: at }) => at)))
  const until = locked.map(({ ended_at: at, has_runs: hasRuns }) => (hasRuns ? at : from))
  return { count, until: Math.max(from, ...until) }
}

/** Deletes a batch of expired idempotency keys. Returns whether more have expired. */
export async function deleteExpiredKeys(transaction: Queryable): Promise<boolean> {
  const expired =
    'SELECT tenant, event, key FROM {schema}.keys WHERE expires_at <= (SELECT {schema}.now_ms()) ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED'
  const sql = `DELETE FROM {schema}.keys WHERE (tenant, event, key) IN (${expired}) RETURNING 1 AS one`
  return (await transaction.query(sql, [turnBatch])).length === turnBatch
}
