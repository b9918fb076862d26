import { encodeEnvelope, type Envelope, type ListQuery } from '@cgk-platform/jobs-core/provider'

import type { AddedJob, StoredJob } from '../job-store.ts'
import { stateOf } from '../state-of.ts'
import type { Connection } from './connection.ts'
import { candidateJobsSql } from './candidate-jobs.ts'
import { type JobRow, toStoredJob } from './rows.ts'

/** The columns of a `JobRow`. */
export const columns = 'seq, id, tenant, event, envelope, state, ended_at'
/** Number of jobs to read at once for a list. */
const listBatch = 500
/**
 * Condition that a job may be in a state: one of its runs is, or it has no runs and is itself. Only all runs together
 * determine the state.
 */
const maybeInState = `ifnull(
  (SELECT max(r.state = ?) FROM cgk_runs r WHERE r.job = seq),
  iif(state = 'taken', 'queued', state) = ?
)`

/**
 * Writes new jobs. For an idempotency key in use, returns the job that holds it. Requires an open transaction, either
 * of this store or of an app on the same file.
 */
export function addJobs(connection: Connection, envelopes: readonly Envelope[], now: number): AddedJob[] {
  let seq = lastSeq(connection)
  return envelopes.map((envelope) => {
    const holder = envelope.idempotencyKey === undefined ? undefined : takeKey(connection, envelope, now)
    if (holder !== undefined) return { ok: true, id: holder, deduplicated: true }
    const { id, tenantId, event, runAt } = envelope
    const delayed = runAt !== undefined && runAt > now
    connection.run(
      'INSERT INTO cgk_jobs (seq, id, tenant, event, envelope, state, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ++seq,
      id,
      tenantId,
      event,
      encodeEnvelope(envelope),
      delayed ? 'scheduled' : 'queued',
      delayed ? runAt : null,
    )
    return { ok: true, id, deduplicated: false }
  })
}

/**
 * Returns the last number used. Numbers are never reused, even if the newest jobs were deleted, because `taken` refers
 * to them.
 */
export function lastSeq(connection: Connection): number {
  const sql = 'SELECT max((SELECT ifnull(max(seq), 0) FROM cgk_jobs), (SELECT taken FROM cgk_meta)) AS seq'
  return connection.get<{ seq: number }>(sql)!.seq
}

/** Returns the id of the job that holds the envelope's key. If the key is free, reserves it and returns `undefined`. */
function takeKey(connection: Connection, envelope: Envelope, now: number): string | undefined {
  const { tenantId, event, idempotencyKey = '', idempotencyTtlMs = 0, id } = envelope
  const held = connection.get<{ job: string }>(
    'SELECT job FROM cgk_keys WHERE tenant = ? AND event = ? AND key = ? AND expires_at > ?',
    tenantId,
    event,
    idempotencyKey,
    now,
  )
  if (held) return held.job
  const sql = 'INSERT OR REPLACE INTO cgk_keys VALUES (?, ?, ?, ?, ?)'
  connection.run(sql, tenantId, event, idempotencyKey, id, now + idempotencyTtlMs)
  return undefined
}

/** Reads a job without its runs. */
export function findJob(connection: Connection, id: string): StoredJob | undefined {
  const row = connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE id = ?`, id)
  return row && toStoredJob(row)
}

/** Returns true if a due job was not yet taken. */
export function hasDue(connection: Connection, now: number): boolean {
  const sql =
    "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND state = 'queued') " +
    "OR EXISTS (SELECT 1 FROM cgk_jobs WHERE state = 'scheduled' AND due_at <= ?)"
  return connection.get(sql, now) !== undefined
}

/** Ends a job that has no runs. */
export function endJob(connection: Connection, seq: number, state: 'completed' | 'cancelled', now: number): void {
  connection.run('UPDATE cgk_jobs SET state = ?, ended_at = ? WHERE seq = ?', state, now, seq)
}

/**
 * Returns a page of the jobs that match, newest first. `withRuns` must read the runs, which determine a job's state.
 */
export function listJobs(
  connection: Connection,
  { tenantId, state, event, limit, cursor }: ListQuery,
  withRuns: (job: StoredJob) => StoredJob,
): { jobs: StoredJob[]; cursor?: string } {
  const found: StoredJob[] = []
  const conditions = [
    'id < ?',
    ...(tenantId === undefined ? [] : ['tenant = ?']),
    ...(event === undefined ? [] : ['event = ?']),
    ...(state === undefined ? [] : [maybeInState]),
  ].join(' AND ')
  const values = [tenantId, event, state, state].filter((value) => value !== undefined)
  const from = candidateJobsSql(connection, state)
  const sql = `SELECT ${columns} FROM ${from} WHERE ${conditions} ORDER BY id DESC LIMIT ${listBatch}`
  // Ids increase with time and sort before `~`.
  for (let before = cursor ?? '~'; found.length <= limit;) {
    const rows = connection.all<JobRow>(sql, before, ...values)
    for (const job of rows.map((row) => withRuns(toStoredJob(row)))) {
      if (state === undefined || stateOf(job) === state) found.push(job)
    }
    if (rows.length < listBatch) break
    before = rows.at(-1)!.id
  }
  const jobs = found.slice(0, limit)
  return found.length > limit ? { jobs, cursor: jobs.at(-1)!.envelope.id } : { jobs }
}
