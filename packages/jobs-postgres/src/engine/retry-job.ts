import { encodeEnvelope, newestRuns, retryWorkflowRecord } from '@cgk-platform/jobs-core/provider'
import {
  makeDueAgain,
  noteRetry,
  runIdOf,
  stateOf,
  type StoredJob,
  type StoredRun,
  toStoredRecord,
  toText,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../database/database.ts'
import type { Hints } from '../store/changes.ts'
import { readJob } from '../store/reads/read-jobs.ts'
import { keyOf } from '../store/rows.ts'
import { storedText } from '../store/stored-text.ts'

/**
 * Adds a run for each definition whose newest run failed. A workflow continues from the record of its failed run. An
 * unhandled job is due again.
 */
export async function retryJob(
  transaction: Queryable,
  jobId: string,
  { traceparent, hints }: { readonly traceparent?: string | undefined; readonly hints: Hints },
): Promise<void> {
  await transaction.query('SELECT 1 FROM {schema}.jobs WHERE id = $1 FOR UPDATE', [jobId]) // one retry at a time
  const job = await readJob(transaction, jobId)
  if (!job) return
  const state = stateOf(job)
  if (state !== 'failed' && state !== 'unhandled') return
  hints.work()
  if (noteRetry(job, traceparent)) await writeEnvelope(transaction, job)
  const [row] = await transaction.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
  if (state === 'unhandled') return retryUnhandled(transaction, job, row!.now)
  let number = job.runs.length
  for (const run of newestRuns(job.runs)) {
    if (run.state === 'failed') await retryRun(transaction, run, ++number, row!.now)
  }
}

async function retryUnhandled(transaction: Queryable, job: StoredJob, now: number): Promise<void> {
  makeDueAgain(job, now)
  await writeEnvelope(transaction, job)
  await transaction.query('UPDATE {schema}.jobs SET state = NULL, ended_at = NULL WHERE id = $1', [job.envelope.id])
  await transaction.query(
    'INSERT INTO {schema}.arrivals (job, tenant, event) SELECT id, tenant, event FROM {schema}.jobs WHERE id = $1',
    [job.envelope.id],
  )
}

async function writeEnvelope(transaction: Queryable, { envelope }: StoredJob): Promise<void> {
  const sql = 'UPDATE {schema}.jobs SET envelope = $2 WHERE id = $1'
  await transaction.query(sql, [envelope.id, encodeEnvelope(envelope)])
}

/** @param number - that of the new run */
async function retryRun(transaction: Queryable, run: StoredRun, number: number, now: number): Promise<void> {
  const { job, number: failed } = keyOf(run)
  const record = run.workflow && retryWorkflowRecord(run.workflow, runIdOf(job, number))
  await transaction.query(
    // The lane of a run that has ended can have been deleted.
    'WITH lane AS (INSERT INTO {schema}.lanes (definition, tenant, concurrency_key, throttle_key, has_waiting, ready_from) ' +
      'SELECT definition, tenant, concurrency_key, throttle_key, true, $4::int8 - 1000 * priority FROM {schema}.runs WHERE job = $1 AND number = $2 ' +
      'ON CONFLICT (definition, tenant, concurrency_key, throttle_key) DO UPDATE ' +
      'SET has_waiting = true, ready_from = least({schema}.lanes.ready_from, excluded.ready_from) RETURNING id) ' +
      'INSERT INTO {schema}.runs (job, number, lane, definition, tenant, concurrency_key, throttle_key, state, phase, rank, priority, ' +
      'max_attempts, compensate_on_cancel, retry_of, retried_at, workflow, gather_until) ' +
      'SELECT r.job, $3, lane.id, r.definition, r.tenant, r.concurrency_key, r.throttle_key, ' +
      "'queued', CASE WHEN r.gather_until IS NULL THEN 'ready' ELSE 'gathering' END, $4::int8 - 1000 * r.priority, r.priority, " +
      'r.max_attempts, r.compensate_on_cancel, r.number, $4, $5, CASE WHEN r.gather_until IS NOT NULL THEN $4 END ' +
      'FROM {schema}.runs r, lane WHERE r.job = $1 AND r.number = $2',
    [job, failed, number, now, record ? toStoredRecord(record) : null],
  )
  await transaction.query('UPDATE {schema}.runs SET error_group = NULL WHERE job = $1 AND number = $2', [job, failed])
  if (!record) return
  await transaction.query(
    'INSERT INTO {schema}.steps (job, run, key, position, record) ' +
      'SELECT $1, $2, key, i - 1, record FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS e(key, record, i)',
    [job, number, record.steps.map(({ key }) => storedText(key)), record.steps.map(toText)],
  )
}
