import { encodeEnvelope } from '@cgk-platform/jobs-core/provider'
import { type StoredRun, toRecord, unreadable } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { type JobRow, type RunRow, toStoredJob, toStoredRun } from '../rows.ts'

/** The row of a run that was just claimed, with its job. */
export type ClaimedRow = RunRow & Pick<JobRow, 'event' | 'envelope' | 'sent_at'>

/** Returns SQL that begins or resumes the attempt of a run `r`. Its first value: the worker. @param now - SQL for the time */
const holdAt = (now: string): string =>
  "phase = 'held', worker = $1, resumed = r.pause IS NOT NULL, wake_pending = false, " +
  "state = CASE WHEN r.pause IS NULL THEN 'running' ELSE r.state END, " +
  'attempts = r.attempts + CASE WHEN r.pause IS NULL THEN 1 ELSE 0 END, ' +
  `started_at = coalesce(r.started_at, ${now}), ` +
  `attempt_started_at = CASE WHEN r.pause IS NULL THEN ${now} ELSE r.attempt_started_at END, ` +
  'pause = NULL, parked = NULL, due_at = NULL'

/** The same, with the time of the statement. */
export const hold: string = holdAt('{schema}.now_ms()')

/** A row that was claimed from a lane. */
export type LaneRow = ClaimedRow & { readonly from_lane: number }

/** The columns of a `ClaimedRow`. */
export const claimedColumns = 'r.*, j.event, j.envelope, j.sent_at'

const fromLanesSql = `
  WITH picked AS MATERIALIZED (
    SELECT p.job, p.number, w.lane, w.again FROM unnest($2::int8[], $3::int8[], $4::int4[], $5::int8[]) AS w (lane, first, count, again), LATERAL (
      SELECT job, number FROM {schema}.open_runs WHERE lane = w.lane AND phase = 'ready' AND rank >= w.first
      ORDER BY rank, seq LIMIT w.count FOR UPDATE SKIP LOCKED
    ) p
  )
  UPDATE {schema}.open_runs r SET lane = coalesce(p.again, r.lane), ${holdAt('$6::int8')} FROM picked p JOIN {schema}.jobs j ON j.id = p.job
  WHERE r.job = p.job AND r.number = p.number RETURNING ${claimedColumns}, p.lane AS from_lane`

/** The runs to take of a lane. */
export interface LaneShare {
  readonly lane: number
  /** No ready run of it has a lower rank. */
  readonly first: number
  readonly count: number
  /** The lane in which they wait from now on. Default: the same. */
  readonly again?: number | undefined
}

/** Begins the first runs of lanes, those that no other worker claims at the moment. @param now - by which throttles count them */
export async function holdFromLanes(
  transaction: Queryable,
  shares: readonly LaneShare[],
  worker: number,
  now: number,
): Promise<readonly LaneRow[]> {
  if (shares.length === 0) return []
  return transaction.query<LaneRow>(fromLanesSql, [
    worker,
    ...columnsOf(shares, 'lane', 'first', 'count'),
    shares.map(({ again = null }) => again),
    now,
  ])
}

const pickedSql = `
  WITH picked AS MATERIALIZED (
    SELECT job, number FROM {schema}.open_runs WHERE (job, number) IN (SELECT * FROM unnest($2::text[], $3::int4[]))
    AND phase = $4 ORDER BY job, number FOR UPDATE SKIP LOCKED
  )
  UPDATE {schema}.open_runs r SET ${hold} FROM picked p JOIN {schema}.jobs j ON j.id = p.job
  WHERE r.job = p.job AND r.number = p.number RETURNING ${claimedColumns}`

/** Begins some runs that are in a phase, those that no other transaction changes at the moment. */
export async function holdPicked(
  transaction: Queryable,
  runs: readonly { readonly job: string; readonly number: number }[],
  phase: 'suspect' | 'waiting',
  worker: number,
): Promise<readonly ClaimedRow[]> {
  if (runs.length === 0) return []
  const values = [worker, runs.map(({ job }) => job), runs.map(({ number }) => number), phase]
  return transaction.query<ClaimedRow>(pickedSql, values)
}

/** Converts rows of claimed runs, and reads the steps of those that are workflows. */
export async function toHeldRuns(transaction: Queryable, rows: readonly ClaimedRow[]): Promise<StoredRun[]> {
  const begun = rows.filter(({ workflow }) => workflow !== null)
  const steps = new Map<string, (readonly [position: number, record: string])[]>()
  if (begun.length > 0) {
    const sql =
      'SELECT job, run, position, record FROM {schema}.steps WHERE (job, run) IN (SELECT * FROM unnest($1::text[], $2::int4[])) ' +
      'ORDER BY position'
    const values = columnsOf(begun, 'job', 'number')
    for (const row of await transaction.query<StepOfRun>(sql, values)) {
      const name = nameOf(row.job, row.run)
      steps.set(name, [...(steps.get(name) ?? []), [row.position, row.record]])
    }
  }
  return rows.map((row) => toHeldRun(row, steps.get(nameOf(row.job, row.number)) ?? []))
}

interface StepOfRun {
  readonly job: string
  readonly run: number
  readonly position: number
  readonly record: string
}

function toHeldRun(row: ClaimedRow, steps: readonly (readonly [number, string])[]): StoredRun {
  const job = toStoredJob({ ...row, id: row.job, state: null, ended_at: null })
  const run = toStoredRun(row, job)
  if (row.workflow === null) return run
  const record = toRecord(row.workflow, steps)
  if (record) run.workflow = record
  else job.envelope = unreadable(job.envelope) // fail the run: without its steps it would repeat all of them
  return run
}

function nameOf(job: string, run: number): string {
  return `${job} ${run}`
}

/** Returns the size of a run's envelope, in characters. */
export function sizeOf({ job }: StoredRun): number {
  return encodeEnvelope(job.envelope).length
}
