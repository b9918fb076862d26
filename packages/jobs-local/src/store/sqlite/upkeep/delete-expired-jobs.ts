import { signalEventOf } from '@cgk-platform/jobs-core/scheduling'

import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Retention } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import { countWithin } from '../tables/count-within.ts'
import { removeEmptySegments } from '../tables/segments-table.ts'
import { isFirstRun, isRunOf, jobOfRun } from '../tables/rows.ts'

/** Maximum number of free pages to return to the disk in one transaction. */
const vacuumPages = 500

/** Ended jobs, by their first run, without those of which it has failed. */
const endedByRuns = `cgk_runs INDEXED BY cgk_runs_not_failed WHERE ${isFirstRun} AND ended_at IS NOT NULL AND error_group IS NULL`
/** Runs that have failed and were not retried. Counted separately. */
const failedRuns = 'cgk_runs INDEXED BY cgk_runs_failed_at WHERE error_group IS NOT NULL AND ended_at IS NOT NULL'
/**
 * Ended jobs without runs: no definition handled their event, or they were cancelled before they were due. Counted
 * separately.
 */
const endedWithoutRuns = 'cgk_jobs WHERE ended_at IS NOT NULL'

/** SQL that is true for a signal to an open job, which may wait for it later. */
const isNeeded =
  `(event GLOB '${signalEventOf('*')}' AND EXISTS (SELECT 1 FROM cgk_references r JOIN cgk_jobs t ON t.id = r.reference ` +
  `WHERE r.job = cgk_jobs.seq AND t.ended_at IS NULL AND (NOT EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('t.seq')}) ` +
  `OR EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('t.seq')} AND ended_at IS NULL))))`

/** Jobs that ended before these instants are deleted. */
export interface Cutoffs {
  readonly withRuns: number
  readonly withoutRuns: number
  readonly failed: number
}

/** Returns which ended jobs exceed the retention. */
export function cutoffsOf(connection: Connection, retention: Retention, now: number): Cutoffs {
  const { count, ageMs, failed = retention } = retention
  const oldest = now - ageMs
  return {
    failed: Math.max(now - failed.ageMs, oldestRetainedAt(connection, failedRuns, failed.count)),
    withRuns: Math.max(oldest, oldestRetainedAt(connection, endedByRuns, count)),
    withoutRuns: Math.max(oldest, oldestRetainedAt(connection, endedWithoutRuns, count)),
  }
}

/** Returns when the oldest of the `count` newest ended jobs ended. */
function oldestRetainedAt(connection: Connection, ended: string, count: number): number {
  const sql = `SELECT ended_at FROM ${ended} ORDER BY ended_at DESC LIMIT 1 OFFSET ?`
  return connection.get<{ ended_at: number }>(sql, count - 1)?.ended_at ?? 0
}

/** A job to delete. */
export interface ExpiredRow {
  readonly seq: number
  /** The size of the values that can be large. */
  readonly bytes: number
}

/** SQL for the size of the values of a job that can be large. */
export const largeBytes: string =
  '(SELECT octet_length(envelope) FROM cgk_jobs WHERE seq = job) + ' +
  `(SELECT ifnull(sum(octet_length(output)), 0) FROM cgk_runs WHERE ${isRunOf('job')}) + ` +
  `(SELECT ifnull(sum(octet_length(record)), 0) FROM cgk_steps WHERE ${isRunOf('job')})`

const expiredSql =
  'WITH expired(job) AS (' +
  // Select a job by its first run, unless another of its runs is open or ended later.
  `SELECT ${jobOfRun} FROM ${endedByRuns} AND ended_at < ?1 AND phase IS NULL ` +
  `AND NOT EXISTS (SELECT 1 FROM cgk_runs o WHERE o.run > cgk_runs.run AND o.run <= cgk_runs.run | 1048575 ` +
  'AND (o.ended_at IS NULL OR o.ended_at >= ?1 OR o.phase IS NOT NULL OR o.error_group IS NOT NULL)) ' +
  `UNION ALL SELECT DISTINCT ${jobOfRun} FROM ${failedRuns} AND ended_at < ?4 AND NOT EXISTS (` +
  `SELECT 1 FROM cgk_runs o WHERE ${isRunOf('(cgk_runs.run >> 20)')} AND (o.ended_at IS NULL OR o.ended_at >= ?4 OR o.phase IS NOT NULL)) ` +
  `UNION ALL SELECT seq FROM ${endedWithoutRuns} AND ended_at < ?2 AND NOT ${isNeeded} LIMIT ?3) ` +
  `SELECT job AS seq, ${largeBytes} AS bytes FROM expired`

/** The runs of some jobs, and those of them that may have steps, as JSON arrays. */
const runsSql =
  'SELECT json_group_array(run) AS runs, json_group_array(run) FILTER (WHERE workflow IS NOT NULL) AS workflows ' +
  `FROM json_each(?) AS job CROSS JOIN cgk_runs ON ${isRunOf('job.value')}`

const expiredKeysSql =
  'DELETE FROM cgk_keys WHERE (tenant, event, key) IN ' +
  '(SELECT tenant, event, key FROM cgk_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)'

/**
 * Deletes a batch of the jobs that ended before the cutoffs, and a batch of the expired idempotency keys. Returns true if
 * more of them remain.
 */
export function deleteExpiredJobs(connection: Connection, cutoffs: Cutoffs, now: number): boolean {
  const { withRuns, withoutRuns, failed } = cutoffs
  const expired = connection.all<ExpiredRow>(expiredSql, withRuns, withoutRuns, turnBatch, failed)
  const batch = expired.slice(
    0,
    countWithin(expired, ({ bytes }) => bytes),
  )
  deleteJobs(connection, batch)
  const keys = connection.run(expiredKeysSql, now, turnBatch)
  return batch.length < expired.length || batch.length === turnBatch || keys === turnBatch
}

/** Deletes jobs with all that belongs to them, except their idempotency keys. */
export function deleteJobs(connection: Connection, seqs: readonly Pick<ExpiredRow, 'seq'>[]): void {
  const jobs = JSON.stringify(seqs.map(({ seq }) => seq))
  const { runs, workflows } = connection.get<{ runs: string; workflows: string }>(runsSql, jobs)!
  const remove = (rows: string, keys: string): number =>
    connection.run(`DELETE FROM ${rows} IN (SELECT value FROM json_each(?))`, keys)
  remove('cgk_jobs WHERE seq', jobs)
  remove('cgk_references WHERE job', jobs)
  remove('cgk_runs WHERE run', runs)
  remove('cgk_attempts WHERE run', runs)
  removeEmptySegments(connection, jobs)
  if (workflows !== '[]') for (const table of ['steps', 'waits', 'notices']) remove(`cgk_${table} WHERE run`, workflows)
}

/**
 * Returns some space of deleted jobs to the disk. Returns true if it should continue: a tenth of the file is free, which is
 * more than new jobs soon need.
 */
export function releaseDiskSpace(connection: Connection): boolean {
  const before = freePages(connection)
  if (before === 0) return false
  connection.exec(`PRAGMA incremental_vacuum(${vacuumPages})`)
  const free = freePages(connection)
  const { page_count: pages } = connection.get<{ page_count: number }>('PRAGMA page_count')!
  // A file that the app created may be unable to release space.
  return free < before && free * 10 > pages
}

function freePages(connection: Connection): number {
  return connection.get<{ freelist_count: number }>('PRAGMA freelist_count')!.freelist_count
}
