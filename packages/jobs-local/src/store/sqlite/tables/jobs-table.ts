import type { SQLInputValue } from 'node:sqlite'

import { type Envelope, encodeEnvelope } from '@cgk-platform/jobs-core/provider'

import { arrivalWindow } from '../../../rules/turn-batch.ts'
import type { AddedJob } from '../../job-store.ts'
import { makeDueAgain, type StoredJob } from '../../../records/stored-run.ts'
import { Arrivals } from './arrivals.ts'
import type { Connection } from '../file/connection.ts'
import { addDue, firstDueAt } from './due-tenants.ts'
import { createInsert } from '../file/insert-rows.ts'
import { extendSegments } from './segments-table.ts'
import type { RecentEnvelopes } from './recent-envelopes.ts'
import { type JobRow, seqOf, toStoredJob } from './rows.ts'

/** The columns of a `JobRow`. */
export const columns = 'seq, id, tenant, event, envelope, state, ended_at'
const insertReferences = createInsert('cgk_references (reference, job)', '(?, ?)')
const insertJobs = createInsert('cgk_jobs (seq, id, tenant, event, envelope, state, due_at)', '(?, ?, ?, ?, ?, ?, ?)')

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
  const arrivals = new Arrivals(connection)
  let seq = arrivals.lastSeq
  const rows: SQLInputValue[][] = []
  const references: SQLInputValue[][] = []
  const created: [seq: number, envelope: Envelope][] = []
  const added = envelopes.map((envelope): AddedJob => {
    const holder = envelope.idempotencyKey === undefined ? undefined : takeKey(connection, envelope, now)
    if (holder !== undefined) return { ok: true, id: holder, deduplicated: true }
    const { id, tenantId, event, runAt } = envelope
    const delayed = runAt !== undefined && runAt > now
    const state = arrivals.stateOf(++seq, tenantId, delayed ? runAt : undefined)
    rows.push([seq, id, tenantId, event, encodeEnvelope(envelope), state, delayed ? runAt : null])
    for (const reference of envelope.references ?? []) references.push([reference, seq])
    created.push([seq, envelope])
    recent?.add(seq, envelope)
    return { ok: true, id, deduplicated: false }
  })
  arrivals.write()
  insertJobs(connection, rows)
  insertReferences(connection, references)
  extendSegments(connection, created)
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

/** Returns the id of the job that holds the envelope's key, or `undefined` if the key is free. */
export function keyHolder(connection: Connection, envelope: Envelope, now: number): string | undefined {
  const { tenantId, event, idempotencyKey = '' } = envelope
  const sql = 'SELECT job FROM cgk_keys WHERE tenant = ? AND event = ? AND key = ? AND expires_at > ?'
  return connection.get<{ job: string }>(sql, tenantId, event, idempotencyKey, now)?.job
}

/** Returns the id of the job that holds the envelope's key. If the key is free, reserves it and returns `undefined`. */
function takeKey(connection: Connection, envelope: Envelope, now: number): string | undefined {
  const holder = keyHolder(connection, envelope, now)
  if (holder !== undefined) return holder
  const { tenantId, event, idempotencyKey = '', idempotencyTtlMs = 0, id } = envelope
  const sql = 'INSERT OR REPLACE INTO cgk_keys (tenant, event, key, job, expires_at) VALUES (?, ?, ?, ?, ?)'
  connection.run(sql, tenantId, event, idempotencyKey, id, now + idempotencyTtlMs)
  return undefined
}

/** Reads a job without its runs. @param tenantId - its tenant. Another tenant's job is not read. Default: any */
export function findJob(connection: Connection, id: string, tenantId?: string): StoredJob | undefined {
  const sql = `SELECT ${columns} FROM cgk_jobs WHERE id = ?`
  const row =
    tenantId === undefined
      ? connection.get<JobRow>(sql, id)
      : connection.get<JobRow>(`${sql} AND tenant = ?`, id, tenantId)
  return row && toStoredJob(row)
}

/** SQL for the jobs that wait to be taken in order of arrival. */
export const inWindow: string =
  `cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND seq <= (SELECT taken FROM cgk_meta) + ${arrivalWindow} ` +
  "AND state = 'queued'"

/** Returns true if a due job may not have been taken yet. */
export function hasDue(connection: Connection, now: number): boolean {
  if ((firstDueAt(connection, 'job') ?? Number.POSITIVE_INFINITY) <= now) return true
  return connection.get(`SELECT 1 AS one FROM ${inWindow} LIMIT 1`) !== undefined
}

/** Lets a job that has no runs wait until a time. */
export function postponeJob(connection: Connection, seq: number, until: number): void {
  connection.run("UPDATE cgk_jobs SET state = 'scheduled', due_at = ? WHERE seq = ?", until, seq)
}

/** Ends a job that has no runs. */
export function endJob(
  connection: Connection,
  seq: number,
  state: 'completed' | 'cancelled' | 'unhandled',
  now: number,
): void {
  connection.run('UPDATE cgk_jobs SET state = ?, ended_at = ? WHERE seq = ?', state, now, seq)
}

/** Lets an unhandled job wait for the turn of its tenant again. */
export function retryUnhandledJob(connection: Connection, job: StoredJob, now: number): void {
  makeDueAgain(job, now)
  writeEnvelope(connection, job)
  connection.run("UPDATE cgk_jobs SET state = 'arrived', ended_at = NULL WHERE seq = ?", seqOf(job))
  addDue(connection, 'job', job.envelope.tenantId, 0)
}

/** Replaces the stored envelope of a job. */
export function writeEnvelope(connection: Connection, job: StoredJob): void {
  connection.run('UPDATE cgk_jobs SET envelope = ? WHERE seq = ?', encodeEnvelope(job.envelope), seqOf(job))
}
