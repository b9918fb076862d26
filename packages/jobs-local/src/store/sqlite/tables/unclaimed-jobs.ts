import { ownEventOf } from '@cgk-platform/jobs-core/scheduling'

import type { StoredJob } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { seqOf } from './rows.ts'

/** Time that a job waits for a worker with its definition, in milliseconds: one day. */
const unclaimedForMs = 24 * 60 * 60 * 1000
/** Number of jobs that one transaction releases. */
const batch = 1_000

/** SQL for the unclaimed jobs. One that was released after its time stays in the table until it is taken. */
export const unclaimed = 'cgk_unclaimed WHERE due_at > 0'

/**
 * Sets aside a taken job that was sent to a definition of which no worker knows. Returns false if one does, or if the
 * job has waited for its time.
 */
export function leaveUnclaimed(connection: Connection, job: StoredJob, definitionId: string, now: number): boolean {
  if (connection.get('SELECT 1 AS one FROM cgk_definitions WHERE definition_id = ? LIMIT 1', definitionId)) return false
  if (removeUnclaimed(connection, seqOf(job)) > 0) return false
  const values = [ownEventOf(definitionId), now + unclaimedForMs] as const
  connection.run('INSERT INTO cgk_unclaimed (seq, event, due_at) VALUES (?, ?, ?)', seqOf(job), ...values)
  connection.run("UPDATE cgk_jobs SET state = 'taken' WHERE seq = ?", seqOf(job))
  return true
}

/** Removes a job from the unclaimed ones. Returns 1 if it was one. */
export function removeUnclaimed(connection: Connection, seq: number): number {
  return connection.run('DELETE FROM cgk_unclaimed WHERE seq = ?', seq)
}

/**
 * Lets unclaimed jobs wait for the turn of their tenant: those of some events, and those that have waited for their time.
 * Returns true if more remain.
 *
 * @param events - a JSON array
 */
export function releaseUnclaimed(connection: Connection, events: string, now: number): boolean {
  // Those that were released after their time, and got runs then.
  const waitsForTurn = "SELECT 1 FROM cgk_jobs j WHERE j.seq = cgk_unclaimed.seq AND j.state = 'arrived'"
  connection.run(`DELETE FROM cgk_unclaimed WHERE due_at = 0 AND NOT EXISTS (${waitsForTurn})`)
  const ofEvents = release(connection, 'event IN (SELECT value FROM json_each(?))', events)
  connection.run('DELETE FROM cgk_unclaimed WHERE seq IN (SELECT value FROM json_each(?))', ofEvents.seqs)
  const late = release(connection, 'due_at <= ?', now)
  connection.run('UPDATE cgk_unclaimed SET due_at = 0 WHERE seq IN (SELECT value FROM json_each(?))', late.seqs)
  return ofEvents.count === batch || late.count === batch
}

function release(connection: Connection, where: string, value: string | number): { seqs: string; count: number } {
  const rows = connection.all<{ seq: number }>(`SELECT seq FROM ${unclaimed} AND ${where} LIMIT ${batch}`, value)
  const seqs = JSON.stringify(rows.map(({ seq }) => seq))
  if (rows.length === 0) return { seqs, count: 0 }
  const jobs = 'seq IN (SELECT value FROM json_each(?))'
  const hasNoRuns = 'NOT EXISTS (SELECT 1 FROM cgk_runs WHERE run = seq << 20 | 1)'
  connection.run(`UPDATE cgk_jobs SET state = 'arrived' WHERE ${jobs} AND state = 'taken' AND ${hasNoRuns}`, seqs)
  connection.run(
    `INSERT INTO cgk_due (kind, tenant, due_at) SELECT DISTINCT 'job', tenant, 0 FROM cgk_jobs WHERE ${jobs} ` +
      "AND state = 'arrived' ON CONFLICT (kind, tenant) DO UPDATE SET due_at = 0",
    seqs,
  )
  return { seqs, count: rows.length }
}

/** Returns the events of the unclaimed jobs. Jumps from one to the next through the index. */
export function unclaimedEvents(connection: Connection): string[] {
  const least = `SELECT min(event) FROM ${unclaimed}`
  const sql =
    `WITH RECURSIVE found(event) AS (${least} UNION ALL SELECT (${least} AND event > found.event) FROM found ` +
    'WHERE found.event IS NOT NULL) SELECT event FROM found WHERE event IS NOT NULL'
  return connection.all<{ event: string }>(sql).map(({ event }) => event)
}
