import { turnBatch } from '../../turn-batch.ts'
import type { Retention } from '../retained-jobs.ts'
import type { Connection } from './connection.ts'
import { countWithin } from './count-within.ts'

/** Maximum number of free pages to return to the disk in one transaction. */
const vacuumPages = 500

/** Ended jobs, by their first run. */
const endedByRuns = 'cgk_runs WHERE number = 1 AND ended_at IS NOT NULL'
/**
 * Ended jobs without runs: no definition handled their event, or they were cancelled before they were due. Counted
 * separately.
 */
const endedWithoutRuns = 'cgk_jobs WHERE ended_at IS NOT NULL'

/** Reads the size of a job's values that can be large. */
const bytesSql =
  'SELECT (SELECT octet_length(envelope) FROM cgk_jobs WHERE seq = ?1) + ' +
  '(SELECT ifnull(sum(octet_length(output)), 0) FROM cgk_runs WHERE job = ?1) + ' +
  '(SELECT ifnull(sum(octet_length(record)), 0) FROM cgk_steps WHERE job = ?1) AS bytes'

/**
 * Deletes ended jobs that exceed the retention, and expired idempotency keys. Returns true if more jobs remain to
 * delete.
 */
export function deleteExpiredJobs(connection: Connection, { count, ageMs }: Retention, now: number): boolean {
  const cutoff = Math.max(now - ageMs, oldestRetainedAt(connection, endedByRuns, count))
  const cutoffWithoutRuns = Math.max(now - ageMs, oldestRetainedAt(connection, endedWithoutRuns, count))
  const expired = connection.all<{ seq: number }>(
    // Select a job by its first run, unless another of its runs is open or ended later.
    `SELECT job AS seq FROM ${endedByRuns} AND ended_at < ?1 ` +
      'AND NOT EXISTS (SELECT 1 FROM cgk_runs o WHERE o.job = cgk_runs.job AND o.number <> 1 AND ' +
      '(o.ended_at IS NULL OR o.ended_at >= ?1 OR o.phase IS NOT NULL)) AND phase IS NULL ' +
      `UNION ALL SELECT seq FROM ${endedWithoutRuns} AND ended_at < ?2 LIMIT ?3`,
    cutoff,
    cutoffWithoutRuns,
    turnBatch,
  )
  const bytesOf = ({ seq }: { seq: number }): number => connection.get<{ bytes: number }>(bytesSql, seq)!.bytes
  const batch = expired.slice(0, countWithin(expired, bytesOf))
  const list = JSON.stringify(batch.map(({ seq }) => seq))
  connection.run('DELETE FROM cgk_jobs WHERE seq IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_runs WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_steps WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_waits WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_notices WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_keys WHERE expires_at <= ?', now)
  return batch.length < expired.length || batch.length === turnBatch
}

/** Returns when the oldest of the `count` newest ended jobs ended. */
function oldestRetainedAt(connection: Connection, ended: string, count: number): number {
  const sql = `SELECT ended_at FROM ${ended} ORDER BY ended_at DESC LIMIT 1 OFFSET ?`
  return connection.get<{ ended_at: number }>(sql, count - 1)?.ended_at ?? 0
}

/** Returns the space of deleted jobs to the disk. */
export function releaseDiskSpace(connection: Connection): void {
  connection.exec(`PRAGMA incremental_vacuum(${vacuumPages})`)
}
