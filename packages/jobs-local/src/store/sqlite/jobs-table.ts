import { encodeEnvelope, type Envelope, type ListQuery } from '@cgk-platform/jobs-core/provider'

import type { Added, StoredJob } from '../job-store.ts'
import { stateOf } from '../state-of.ts'
import type { Connection } from './connection.ts'
import { jobsThatMayBeIn } from './jobs-in-state.ts'
import { type JobRow, toStoredJob } from './rows.ts'

/** The columns of a `JobRow`. */
export const columns = 'seq, id, tenant, event, envelope, state, ended_at'
/** How many jobs are looked at together for a list. */
const listedAtOnce = 500
/** Whether a job may be in a state: a run of it is, or it has none and is so itself. For the rest all runs must be read. */
const mayBeIn = `ifnull(
  (SELECT max(r.state = ?) FROM cgk_runs r WHERE r.job = seq),
  iif(state = 'taken', 'queued', state) = ?
)`

/**
 * Writes new jobs; a taken idempotency key answers the job that has it. Within a transaction of this store, or of an app
 * on the same file.
 */
export function addJobs(connection: Connection, envelopes: readonly Envelope[], now: number): Added[] {
  let seq = lastSeq(connection)
  return envelopes.map((envelope) => {
    const holder = envelope.idempotencyKey === undefined ? undefined : takeKey(connection, envelope, now)
    if (holder !== undefined) return { id: holder, deduplicated: true }
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
    return { id, deduplicated: false }
  })
}

/** Never one that was given before, also where the newest jobs are not kept any more: what has been taken is known by it. */
function lastSeq(connection: Connection): number {
  const sql = 'SELECT max((SELECT ifnull(max(seq), 0) FROM cgk_jobs), (SELECT taken FROM cgk_meta)) AS seq'
  return connection.get<{ seq: number }>(sql)!.seq
}

/** The job that holds the envelope's key; takes it where it is free. */
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

/** A job without its runs. */
export function findJob(connection: Connection, id: string): StoredJob | undefined {
  const row = connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE id = ?`, id)
  return row && toStoredJob(row)
}

/** True where a job has come due that was not taken. */
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

/** A page of the jobs that fit, newest first. `withRuns` reads what a job's state is told by. */
export function listJobs(
  connection: Connection,
  { tenantId, state, event, limit, cursor }: ListQuery,
  withRuns: (job: StoredJob) => StoredJob,
): { jobs: StoredJob[]; cursor?: string } {
  const found: StoredJob[] = []
  const fits = [
    'id < ?',
    ...(tenantId === undefined ? [] : ['tenant = ?']),
    ...(event === undefined ? [] : ['event = ?']),
    ...(state === undefined ? [] : [mayBeIn]),
  ].join(' AND ')
  const values = [tenantId, event, state, state].filter((value) => value !== undefined)
  const from = jobsThatMayBeIn(connection, state)
  const sql = `SELECT ${columns} FROM ${from} WHERE ${fits} ORDER BY id DESC LIMIT ${listedAtOnce}`
  // Ids rise with time, and sort before `~`.
  for (let before = cursor ?? '~'; found.length <= limit;) {
    const rows = connection.all<JobRow>(sql, before, ...values)
    for (const job of rows.map((row) => withRuns(toStoredJob(row)))) {
      if (state === undefined || stateOf(job) === state) found.push(job)
    }
    if (rows.length < listedAtOnce) break
    before = rows.at(-1)!.id
  }
  const jobs = found.slice(0, limit)
  return found.length > limit ? { jobs, cursor: jobs.at(-1)!.envelope.id } : { jobs }
}
