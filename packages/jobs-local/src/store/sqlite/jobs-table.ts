import type { SQLInputValue } from 'node:sqlite'

import type { JobState } from '@cgk-platform/jobs-core'
import {
  encodeEnvelope,
  type Envelope,
  jobStateOf,
  type ListQuery,
  type RunInJob,
} from '@cgk-platform/jobs-core/provider'

import type { AddedJob, StoredJob } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { candidateJobsSql } from './candidate-jobs.ts'
import { createInsert } from './insert-rows.ts'
import type { RecentEnvelopes } from './recent-envelopes.ts'
import { isRunOf, type JobRow, toJobState, toStoredJob } from './rows.ts'

/** The columns of a `JobRow`. */
export const columns = 'seq, id, tenant, event, envelope, state, ended_at'
const insertReferences = createInsert('cgk_references (reference, job)', '(?, ?)')
const insertJobs = createInsert('cgk_jobs (seq, id, tenant, event, envelope, state, due_at)', '(?, ?, ?, ?, ?, ?, ?)')
/** Number of jobs of which to find out the state at once for a list. */
const listBatch = 500
/**
 * Condition that a job may be in a state: one of its runs is, or it has no runs and is itself. Only all runs together
 * determine the state.
 */
const maybeInState = `ifnull(
  (SELECT max(r.state = ?) FROM cgk_runs r WHERE ${isRunOf('seq')}),
  iif(state = 'taken', 'queued', state) = ?
)`

/**
 * Writes new jobs. For an idempotency key in use, returns the job that holds it. Requires an open transaction, either
 * of this store or of an app on the same file.
 *
 * @param recent - caches the new jobs
 */
export function addJobs(
  connection: Connection,
  envelopes: readonly Envelope[],
  now: number,
  recent?: RecentEnvelopes,
): AddedJob[] {
  let seq = lastSeq(connection)
  const rows: SQLInputValue[][] = []
  const references: SQLInputValue[][] = []
  const added = envelopes.map((envelope): AddedJob => {
    const holder = envelope.idempotencyKey === undefined ? undefined : takeKey(connection, envelope, now)
    if (holder !== undefined) return { ok: true, id: holder, deduplicated: true }
    const { id, tenantId, event, runAt } = envelope
    const delayed = runAt !== undefined && runAt > now
    const state = delayed ? 'scheduled' : 'queued'
    rows.push([++seq, id, tenantId, event, encodeEnvelope(envelope), state, delayed ? runAt : null])
    for (const reference of envelope.references ?? []) references.push([reference, seq])
    recent?.add(seq, envelope)
    return { ok: true, id, deduplicated: false }
  })
  insertJobs(connection, rows)
  insertReferences(connection, references)
  return added
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
  query: ListQuery,
  withRuns: (job: StoredJob) => StoredJob,
): { jobs: StoredJob[]; cursor?: string } {
  const { tenantId, state, event, reference, limit, cursor } = query
  const conditions = [
    'id < ?',
    ...(tenantId === undefined ? [] : ['tenant = ?']),
    ...(event === undefined ? [] : ['event = ?']),
    ...(state === undefined ? [] : [maybeInState]),
  ].join(' AND ')
  const values = [tenantId, event, state, state].filter((value) => value !== undefined)
  const from = candidateJobsSql(connection, query)
  const sql = `SELECT seq, id FROM ${from} WHERE ${conditions} ORDER BY id DESC LIMIT ?`
  const source = reference === undefined ? [] : [reference]
  const batch = state === undefined ? limit + 1 : listBatch
  const found: StoredJob[] = []
  // Ids increase with time and sort before `~`.
  for (let before = cursor ?? '~'; ;) {
    const keys = connection.all<Pick<JobRow, 'seq' | 'id'>>(sql, ...source, before, ...values, batch)
    for (const { seq } of keys) {
      if (state !== undefined && stateAt(connection, seq) !== state) continue
      if (found.length === limit) return { jobs: found, cursor: found.at(-1)!.envelope.id }
      // Only jobs of this page are read: their values can be large.
      const row = connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE seq = ?`, seq)!
      found.push(withRuns(toStoredJob(row)))
    }
    if (keys.length < batch) return { jobs: found }
    before = keys.at(-1)!.id
  }
}

/** Reads the state of a job. */
function stateAt(connection: Connection, seq: number): JobState {
  const sql = `SELECT definition_id AS definitionId, state FROM cgk_runs WHERE ${isRunOf('?1')} ORDER BY run`
  const runs = connection.all<RunInJob>(sql, seq)
  if (runs.length > 0) return jobStateOf(runs)
  return toJobState(connection.get<JobRow>('SELECT state FROM cgk_jobs WHERE seq = ?', seq)!)
}
