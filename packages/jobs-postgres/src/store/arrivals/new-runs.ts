import type { DebounceTimes } from '@cgk-platform/jobs-core/scheduling'
import {
  beginFirst,
  createRun,
  rankOf,
  type StoredJob,
  type StoredRun,
  type Subscriber,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { noRank, type Phase, setKey } from '../rows.ts'
import { storedKey, storedText } from '../stored-text.ts'

/** A run that is not written yet. */
export interface NewRun {
  readonly run: StoredRun
  readonly number: number
  /** As in the columns. */
  readonly tenant: string
  readonly rank: number
  /** The times and the key of a debounced run. */
  readonly debounce?: DebounceTimes | undefined
  readonly debounceKey?: string | undefined
  /** The size of a full batch. */
  readonly maxSize?: number | undefined
  phase: Phase | null
  debouncedSince?: number
}

/** Adds a run to a job that is due. */
export function createNewRun(job: StoredJob, subscriber: Subscriber): NewRun {
  const run = createRun(job, subscriber)
  job.runs.push(run)
  const { debounce, batch } = subscriber
  return {
    run,
    number: job.runs.length,
    tenant: storedText(job.envelope.tenantId),
    rank: rankOf(run),
    phase: batch ? 'gathering' : debounce ? 'waiting' : 'ready',
    ...(debounce && { debounce, debounceKey: storedKey(subscriber.debounceKey) }),
    ...(batch && { maxSize: batch.maxSize }),
  }
}

/** Makes a worker hold a run from its start. */
export function holdNewRun(one: NewRun, now: number): void {
  beginFirst(one.run, now)
  one.phase = 'held'
}

const columns = {
  job: 'text',
  number: 'int4',
  definition: 'text',
  tenant: 'text',
  concurrency_key: 'text',
  throttle_key: 'text',
  state: 'text',
  phase: 'text',
  worker: 'int8',
  rank: 'int8',
  priority: 'int4',
  attempts: 'int4',
  max_attempts: 'int4',
  due_at: 'int8',
  started_at: 'int8',
  attempt_started_at: 'int8',
  ended_at: 'int8',
  compensate_on_cancel: 'boolean',
  gather_until: 'int8',
  debounce_key: 'text',
  debounced_since: 'int8',
  superseded_by: 'text',
} as const

const names = Object.keys(columns).join(', ')
const types = Object.entries(columns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')
const ofLane = 'definition, tenant, concurrency_key, throttle_key'

/** SQL that lets a lane wait. One that begins to wait opens: claims close it again if it may not start. */
const waitIf = (waits: string): string =>
  `has_waiting = ${waits}, gate = CASE WHEN l.has_waiting THEN l.gate END, open_at = CASE WHEN l.has_waiting THEN l.open_at END`

/**
 * Writes runs, and their lanes. Locks each lane whose runs wait, so that a claim that finds none of them cannot overlook
 * these, and changes only those that do not wait yet: each change leaves a row to vacuum.
 */
const insertSql = `
  WITH given AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS g (${types}, place int4)),
  wanted AS (
    SELECT ${ofLane}, coalesce(bool_or(phase = 'ready'), false) AS waits, coalesce(min(rank) FILTER (WHERE phase = 'ready'), ${noRank}) AS first
    FROM given GROUP BY ${ofLane}
  ),
  others AS MATERIALIZED (
    SELECT l.id, ${ofLane} FROM {schema}.lanes l JOIN wanted w USING (${ofLane}) WHERE NOT w.waits FOR KEY SHARE OF l
  ), locked AS MATERIALIZED (
    SELECT l.id, ${ofLane}, w.first, l.has_waiting AND l.ready_from <= w.first AS is_open
    FROM {schema}.lanes l JOIN wanted w USING (${ofLane}) WHERE w.waits ORDER BY l.id FOR NO KEY UPDATE OF l
  ), opened AS (
    UPDATE {schema}.lanes l SET ${waitIf('true')}, ready_from = least(l.ready_from, k.first) FROM locked k WHERE l.id = k.id AND NOT k.is_open
  ), known AS (SELECT id, ${ofLane} FROM others UNION ALL SELECT id, ${ofLane} FROM locked), shown AS (
    INSERT INTO {schema}.lanes AS l (${ofLane}, has_waiting, ready_from)
    SELECT ${ofLane}, waits, first FROM wanted WHERE (${ofLane}) NOT IN (SELECT ${ofLane} FROM known) ORDER BY ${ofLane}
    ON CONFLICT (${ofLane}) DO UPDATE SET ${waitIf('l.has_waiting OR excluded.has_waiting')}, ready_from = least(l.ready_from, excluded.ready_from)
    RETURNING id, ${ofLane}
  ), lane AS (SELECT * FROM known UNION ALL SELECT * FROM shown)
  INSERT INTO {schema}.runs (lane, is_open, ${names})
  SELECT lane.id, phase IS NOT NULL, ${names.replaceAll(/\b(definition|tenant|concurrency_key|throttle_key)\b/gu, 'given.$1')}
  FROM given JOIN lane USING (${ofLane}) ORDER BY place RETURNING job, number, lane`

/** Writes new runs. @param worker - the worker that holds those which it begins at once */
export async function insertRuns(transaction: Queryable, runs: readonly NewRun[], worker: number): Promise<void> {
  if (runs.length === 0) return
  const rows = await transaction.query<{ job: string; number: number; lane: number }>(insertSql, [
    JSON.stringify(runs.map((one, place) => ({ ...toRow(one, worker), place }))),
  ])
  const lanes = new Map(rows.map(({ job, number, lane }) => [`${job} ${number}`, lane]))
  for (const { run, number, phase } of runs) {
    const job = run.job.envelope.id
    setKey(run, { job, number, lane: lanes.get(`${job} ${number}`)!, worker: phase === 'held' ? worker : 0 })
  }
}

function toRow(one: NewRun, worker: number): Record<keyof typeof columns, string | number | boolean | null> {
  const { run, number, tenant, rank, phase, debounceKey = null, debouncedSince = null } = one
  return {
    job: run.job.envelope.id,
    number,
    definition: run.definitionId,
    tenant,
    concurrency_key: storedKey(run.concurrencyKey),
    throttle_key: storedKey(run.throttleKey),
    state: run.state,
    phase,
    worker: phase === 'held' ? worker : null,
    rank,
    priority: run.priority ?? 0,
    attempts: run.attempts,
    max_attempts: run.maxAttempts,
    due_at: run.dueAt ?? null,
    started_at: run.startedAt ?? null,
    attempt_started_at: run.attemptStartedAt ?? null,
    ended_at: run.endedAt ?? null,
    compensate_on_cancel: run.compensateOnCancel === true,
    gather_until: run.gather?.until ?? null,
    debounce_key: debounceKey,
    debounced_since: debouncedSince,
    superseded_by: run.supersededBy ?? null,
  }
}
