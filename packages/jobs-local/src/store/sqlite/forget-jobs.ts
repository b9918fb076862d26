import type { Retention } from '../retained-jobs.ts'
import type { Connection } from './connection.ts'

/** How many jobs are forgotten in one transaction, so that none holds up others for long. */
const forgottenAtOnce = 2000
/** How many free pages are given back to the disk in one transaction. */
const pagesAtOnce = 2000

/** Jobs that have ended, by their first run. */
const endedByRuns = 'cgk_runs WHERE number = 1 AND ended_at IS NOT NULL'
/** Those that had none: nobody handled their event, or they were cancelled before their time. They are counted apart. */
const endedWithoutRuns = 'cgk_jobs WHERE ended_at IS NOT NULL'

/** Forgets ended jobs that are too old or too many, and keys that have expired. True where more are left to forget. */
export function forgetJobs(connection: Connection, { count, ageMs }: Retention, now: number): boolean {
  const cutoff = Math.max(now - ageMs, oldestKept(connection, endedByRuns, count))
  const cutoffWithoutRuns = Math.max(now - ageMs, oldestKept(connection, endedWithoutRuns, count))
  const seqs = connection.all<{ seq: number }>(
    // A job is told by its first run, and kept while another one goes on or has ended later.
    `SELECT job AS seq FROM ${endedByRuns} AND ended_at < ?1 ` +
      'AND NOT EXISTS (SELECT 1 FROM cgk_runs o WHERE o.job = cgk_runs.job AND o.number <> 1 AND ' +
      '(o.ended_at IS NULL OR o.ended_at >= ?1 OR o.phase IS NOT NULL)) AND phase IS NULL ' +
      `UNION ALL SELECT seq FROM ${endedWithoutRuns} AND ended_at < ?2 LIMIT ?3`,
    cutoff,
    cutoffWithoutRuns,
    forgottenAtOnce,
  )
  const list = JSON.stringify(seqs.map(({ seq }) => seq))
  connection.run('DELETE FROM cgk_jobs WHERE seq IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_runs WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_steps WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_waits WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_notices WHERE job IN (SELECT value FROM json_each(?))', list)
  connection.run('DELETE FROM cgk_keys WHERE expires_at <= ?', now)
  return seqs.length === forgottenAtOnce
}

/** When the oldest job ended that is among the `count` newest ones. */
function oldestKept(connection: Connection, ended: string, count: number): number {
  const sql = `SELECT ended_at FROM ${ended} ORDER BY ended_at DESC LIMIT 1 OFFSET ?`
  return connection.get<{ ended_at: number }>(sql, count - 1)?.ended_at ?? 0
}

/** Gives back the space of what was forgotten. */
export function giveBackSpace(connection: Connection): void {
  connection.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
}
