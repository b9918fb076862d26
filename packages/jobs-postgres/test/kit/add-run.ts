import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import type { Database, SqlValue } from '../../src/database/database.ts'
import { type JobRow, type RunRow, toStoredJob, toStoredRun } from '../../src/store/rows.ts'

/** The columns of a run that a test sets. */
export type RunColumns = Partial<Record<Exclude<keyof RunRow, 'job' | 'number' | 'lane'>, SqlValue>> & {
  readonly job: string
  readonly is_open?: boolean
  readonly error_group?: string
}

/** Writes a run with its job and its lane. Without other columns, it is the first of its job and waits for a slot. */
export async function addRun(database: Database, columns: RunColumns, number = 1): Promise<StoredRun> {
  const { job, ...others } = columns
  const run = { definition: 'd', tenant: 't', state: 'queued', phase: 'ready', max_attempts: 3, ...others }
  const envelope = { v: 1, id: job, event: 'e', tenantId: run.tenant, payload: null, sentAt: 1 }
  await database.query(
    "INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at) VALUES ($1, $2, 'e', $3, 1) ON CONFLICT DO NOTHING",
    [job, run.tenant, JSON.stringify(envelope)],
  )
  const [lane] = await database.query<{ id: number }>(
    'INSERT INTO {schema}.lanes (definition, tenant, concurrency_key, has_waiting) VALUES ($1, $2, $3, false) ' +
      'ON CONFLICT (definition, tenant, concurrency_key, throttle_key) DO UPDATE SET has_waiting = {schema}.lanes.has_waiting RETURNING id',
    [run.definition, run.tenant, others.concurrency_key ?? ''],
  )
  const all = Object.entries({ job, number, lane: lane!.id, ...run })
  const names = all.map(([name]) => name).join(', ')
  const places = all.map((_, index) => `$${index + 1}`).join(', ')
  await database.query(
    `INSERT INTO {schema}.runs (${names}) VALUES (${places})`,
    all.map(([, value]) => value),
  )
  return readRun(database, job, number)
}

/** Writes a run of which a worker holds an attempt. */
export function addHeldRun(database: Database, columns: RunColumns, number = 1): Promise<StoredRun> {
  const held = {
    state: 'running',
    phase: 'held',
    worker: 1,
    attempts: 1,
    started_at: 1,
    attempt_started_at: Date.now(),
  }
  return addRun(database, { ...held, ...columns }, number)
}

/** Reads the row of a run. */
export async function runRow(
  database: Database,
  job: string,
  number = 1,
): Promise<RunRow & { readonly is_open: boolean }> {
  const sql = 'SELECT * FROM {schema}.runs WHERE job = $1 AND number = $2'
  const [row] = await database.query<RunRow & { readonly is_open: boolean }>(sql, [job, number])
  return row!
}

/** Reads a run. */
async function readRun(database: Database, job: string, number = 1): Promise<StoredRun> {
  const [row] = await database.query<JobRow>('SELECT * FROM {schema}.jobs WHERE id = $1', [job])
  return toStoredRun(await runRow(database, job, number), toStoredJob(row!))
}
