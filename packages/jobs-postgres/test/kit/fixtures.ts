import {
  createJobId,
  encodeEnvelope,
  type Envelope,
  type Json,
  type StepRecord,
} from '@cgk-platform/jobs-core/provider'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable, SqlValue } from '../../src/database/database.ts'
import { readJob } from '../../src/store/reads/read-jobs.ts'
import { storedText } from '../../src/store/stored-text.ts'

/** A job that a test writes by itself. */
export interface JobFixture extends Partial<Omit<Envelope, 'v'>> {
  /** Whether it waits to get its runs. Default false. */
  readonly isArriving?: boolean
  readonly state?: 'completed' | 'unhandled' | 'cancelled'
  readonly endedAt?: number
}

/** Writes a job. Returns its id. */
export async function addJob(queryable: Queryable, fixture: JobFixture = {}): Promise<string> {
  const { isArriving = false, state, endedAt, ...own } = fixture
  const sentAt = own.sentAt ?? Date.now()
  const envelope: Envelope = {
    v: 1,
    id: createJobId(sentAt),
    event: 'order.placed',
    tenantId: 'acme',
    payload: { orderId: '1' } as Json,
    ...own,
    sentAt,
  }
  const { id, tenantId, event, references = [] } = envelope
  await queryable.query(
    'INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at, state, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [id, storedText(tenantId), storedText(event), encodeEnvelope(envelope), sentAt, state ?? null, endedAt ?? null],
  )
  for (const reference of references)
    await queryable.query('INSERT INTO {schema}.references (reference, job) VALUES ($1, $2)', [
      storedText(reference),
      id,
    ])
  if (isArriving) {
    const sql = 'INSERT INTO {schema}.arrivals (job, tenant, event, due_at) VALUES ($1, $2, $3, $4)'
    await queryable.query(sql, [id, storedText(tenantId), storedText(event), own.runAt ?? null])
  }
  return id
}

/** Columns of a run that a test writes by itself. */
export type RunFixture = Readonly<Record<string, SqlValue>> & { readonly job: string }

/** Writes a run, with its lane. Default: the first of its job, which waits for a slot. */
export async function addRun(queryable: Queryable, fixture: RunFixture): Promise<void> {
  const row = {
    number: 1,
    definition: 'ship',
    tenant: 'acme',
    state: 'queued',
    phase: 'ready',
    max_attempts: 3,
    ...fixture,
  }
  const sql =
    'INSERT INTO {schema}.lanes (definition, tenant, has_waiting) VALUES ($1, $2, true) ' +
    'ON CONFLICT (definition, tenant, concurrency_key, throttle_key) DO UPDATE SET has_waiting = true RETURNING id'
  const [lane] = await queryable.query<{ id: number }>(sql, [row.definition, row.tenant])
  const columns = Object.entries({ ...row, lane: lane!.id })
  await queryable.query(
    `INSERT INTO {schema}.runs (${columns.map(([name]) => name).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    columns.map(([, value]) => value),
  )
}

/** Columns of a run that a worker holds. */
export const held = {
  state: 'running',
  phase: 'held',
  worker: 1,
  attempts: 1,
  started_at: 1,
  attempt_started_at: 1,
} as const

/** Columns of a run that has completed. */
export const completed = {
  state: 'completed',
  phase: null,
  is_open: false,
  attempts: 1,
  started_at: 1,
  ended_at: 2,
} as const

/** Writes a workflow that a worker holds, and returns its run as that worker has it. */
export async function heldWorkflow(queryable: Queryable, job: JobFixture = {}): Promise<StoredRun> {
  const id = await addJob(queryable, { event: 'workflow.begun', ...job })
  const { tenantId = 'acme' } = job
  await addRun(queryable, {
    job: id,
    tenant: tenantId,
    definition: 'follow',
    ...held,
    workflow: JSON.stringify({ origin: `${id}-1` }),
  })
  return (await readJob(queryable, id))!.runs[0]!
}

/** Adds a wait for an event to the record of a run. */
export function waitFor(run: StoredRun, changes: Partial<StepRecord> = {}): StepRecord {
  const step: StepRecord = {
    key: 'paid',
    kind: 'waitForEvent',
    state: 'waiting',
    attempts: 0,
    startedAt: 0,
    event: 'order.paid',
    ...changes,
  }
  run.workflow!.steps.push(step)
  return step
}

/** Adds a wait for a job to the record of a run. */
export function waitForJob(run: StoredRun, jobId: string): StepRecord {
  const step: StepRecord = {
    key: 'shipped',
    kind: 'runJob',
    state: 'waiting',
    attempts: 1,
    startedAt: 0,
    jobId,
    definitionId: 'ship',
  }
  run.workflow!.steps.push(step)
  return step
}
