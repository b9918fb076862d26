import {
  type Envelope,
  failPastWait,
  resolveEventWait,
  type StepRecord,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'
import {
  applyJob,
  maxPastEvents,
  type StepRow,
  type StoredJob,
  type StoredRun,
  toEventNotice,
  toRecord,
  toStep,
  toText,
} from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import type { Hints } from '../changes.ts'
import { readJobs } from '../reads/read-jobs.ts'
import { keyOf, type Phase } from '../rows.ts'
import { storedText } from '../stored-text.ts'
import { pastEvents } from './past-events.ts'
import { type RunNumber, wakeRuns } from './wake-runs.ts'
import { type StepChange, writeSteps } from './write-steps.ts'

/** A step that waits, and a copy of it, which a transaction that may run again can change. */
interface Draft extends StepChange {
  readonly draft: StepRecord
  readonly record: WorkflowRecord
}

/** The name of the provider. */
export const provider = 'postgres'

const lockEvents =
  'SELECT pg_advisory_xact_lock(lock) FROM (SELECT DISTINCT {schema}.event_lock(t, e) AS lock ' +
  'FROM unnest($1::text[], $2::text[]) AS events (t, e) ORDER BY 1) locks'

/** Keeps jobs from getting runs. A worker that gives a job its runs locks the arrival before the events. */
const lockArrivals = 'SELECT 1 FROM {schema}.arrivals WHERE job = ANY($1::text[]) ORDER BY job FOR SHARE'
/** Keeps the open runs of jobs from ending. */
const lockJobs = [
  'SELECT 1 FROM {schema}.jobs WHERE id = ANY($1::text[]) ORDER BY id FOR SHARE',
  'SELECT 1 FROM {schema}.runs WHERE job = ANY($1::text[]) AND is_open ORDER BY job, number FOR SHARE',
]

const addWaits =
  'INSERT INTO {schema}.waits (job, run, key, tenant, event, for_job) ' +
  'SELECT * FROM unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[]) ' +
  'ON CONFLICT (job, run, key) DO UPDATE SET event = excluded.event, for_job = excluded.for_job'

/**
 * Saves steps that wait for an event or a job. One that has come since the wait began resolves it; a later one finds the
 * wait. Returns the changes whose worker still holds the run, each with the step as it was saved.
 */
export async function saveWaits(
  transaction: Queryable,
  changes: readonly StepChange[],
  now: number,
): Promise<Pick<Draft, 'run' | 'step' | 'draft'>[]> {
  const drafts = draftsOf(changes)
  const jobIds = drafts.flatMap(({ step }) => step.jobId ?? [])
  if (jobIds.length > 0) await transaction.query(lockArrivals, [jobIds])
  const forEvent = drafts.filter(({ step }) => step.event !== undefined && step.jobId === undefined)
  if (forEvent.length > 0) {
    const tenants = forEvent.map(({ run }) => storedText(run.job.envelope.tenantId))
    await transaction.query(lockEvents, [tenants, forEvent.map(({ step }) => storedText(step.event!))])
  }
  if (jobIds.length > 0) {
    for (const sql of lockJobs) await transaction.query(sql, [jobIds])
    const jobs = await jobsById(transaction, jobIds)
    for (const { record, draft } of drafts)
      if (draft.jobId !== undefined) applyJob(record, draft, jobs.get(draft.jobId), { provider, now })
  }
  for (const draft of forEvent) await resolveFromPast(transaction, draft, now)
  const saved = await writeSteps(transaction, drafts)
  const waiting = saved.filter(({ draft }) => draft.state === 'waiting')
  if (waiting.length > 0) {
    await transaction.query(addWaits, [
      waiting.map(({ run }) => keyOf(run).job),
      waiting.map(({ run }) => keyOf(run).number),
      waiting.map(({ step }) => storedText(step.key)),
      waiting.map(({ run }) => storedText(run.job.envelope.tenantId)),
      waiting.map(({ step }) => (step.jobId === undefined && step.event !== undefined ? storedText(step.event) : null)),
      waiting.map(({ step }) => step.jobId ?? null),
    ])
  }
  return saved
}

/** Changes a step as a transaction that has succeeded has changed its copy. */
export function applyDraft({ step, draft }: Pick<Draft, 'step' | 'draft'>): void {
  if (step.state === 'waiting' && draft.state !== 'waiting') Object.assign(step, draft)
}

/** Copies the waits of each run, so that one sees the event that another got. */
function draftsOf(changes: readonly StepChange[]): Draft[] {
  const copies = new Map(changes.map(({ step }) => [step, structuredClone(step)]))
  const records = new Map<StoredRun, WorkflowRecord>()
  return changes.map(({ run, step }) => {
    const record = records.get(run) ?? copyOf(run.workflow!, copies)
    records.set(run, record)
    return { run, step, draft: copies.get(step)!, record }
  })
}

/** Copies a record that has copies of some steps. Steps that end in the copy count in the original: no two have one place. */
function copyOf(original: WorkflowRecord, copies: ReadonlyMap<StepRecord, StepRecord>): WorkflowRecord {
  return {
    ...original,
    steps: original.steps.map((step) => copies.get(step) ?? step),
    get ended() {
      return original.ended
    },
    set ended(count) {
      original.ended = count
    },
  }
}

async function resolveFromPast(transaction: Queryable, { run, record, draft }: Draft, now: number): Promise<void> {
  let read = 0
  for await (const event of pastEvents(transaction, run.job.envelope.tenantId, draft)) {
    if (read++ === maxPastEvents) return failPastWait(record, draft, maxPastEvents, now)
    if (resolveEventWait(record, draft, event, now)) return
  }
}

async function jobsById(queryable: Queryable, ids: readonly string[]): Promise<Map<string, StoredJob>> {
  const jobs = await readJobs(queryable, 'j.id = ANY($1::text[])', [ids])
  return new Map(jobs.map((job) => [job.envelope.id, job]))
}

/** The waits of a workflow's run that an event or a job may resolve. */
interface WaitingRun {
  readonly job: string
  readonly run: number
  readonly tenant: string
  /** The worker that holds it; null if it is suspended. */
  readonly worker: number | null
  readonly record: WorkflowRecord
  /** The steps that wait, with their keys as they are stored. */
  readonly waits: ReadonlyMap<string, StepRecord>
}

/** A wait that was resolved in the record of its run. */
interface Resolved extends Pick<WaitingRun, 'job' | 'run' | 'worker'> {
  readonly key: string
  readonly step: StepRecord
  /** The event that resolved it; `undefined` if a job did. */
  readonly event?: Envelope | undefined
}

/**
 * Resolves the waits that match events which have come due. Nobody adds a wait for one of them until the end of the
 * transaction. Returns the number of waits that each of them resolved.
 */
export async function resolveEventWaits(
  transaction: Queryable,
  envelopes: readonly Envelope[],
  now: number,
  hints: Hints,
): Promise<readonly number[]> {
  if (envelopes.length === 0) return []
  const names = [envelopes.map(({ tenantId }) => storedText(tenantId)), envelopes.map(({ event }) => storedText(event))]
  const sql = 'SELECT job, run, key, record FROM {schema}.waits_for_events($1::text[], $2::text[])'
  const rows = await transaction.query<WaitKey & { readonly record: string }>(sql, names)
  const runs = await lockRuns(
    transaction,
    rows.filter(({ record }) => mayMatch(record, envelopes)),
  )
  const resolved = envelopes.map((event) =>
    resolve(
      runs.filter(({ tenant }) => tenant === storedText(event.tenantId)),
      (record, step) => resolveEventWait(record, step, event, now),
      event,
    ),
  )
  await writeResolved(transaction, resolved.flat(), hints)
  return resolved.map(({ length }) => length)
}

/** Returns the waits of runs that an event or a job resolves, which this does in their records. */
function resolve(
  runs: readonly WaitingRun[],
  resolves: (record: WorkflowRecord, step: StepRecord) => boolean,
  event?: Envelope,
): Resolved[] {
  return runs.flatMap(({ job, run, worker, record, waits }) =>
    [...waits].flatMap(([key, step]) => (resolves(record, step) ? { job, run, worker, key, step, event } : [])),
  )
}

/** Returns whether one of these events matches a wait, unless the run got the event before. */
function mayMatch(stored: string, envelopes: readonly Envelope[]): boolean {
  const step = toStep(stored)
  const record = { origin: '', steps: [], ended: 0 }
  return step !== undefined && envelopes.some((envelope) => resolveEventWait(record, { ...step }, envelope, 0))
}

/**
 * Resolves the waits for jobs of which a run has ended in an earlier statement, or that no longer exist, with hints for those
 * that continue.
 */
export async function endJobWaits(
  transaction: Queryable,
  jobIds: readonly string[],
  now: number,
  hints: Hints,
): Promise<void> {
  if (jobIds.length === 0) return
  const sql = 'SELECT job, run, key FROM {schema}.waits WHERE for_job = ANY($1::text[])'
  const runs = await lockRuns(transaction, await transaction.query<WaitKey>(sql, [jobIds]))
  if (runs.length === 0) return
  // Read once the runs are locked: another transaction may have ended another run of the job before.
  const jobs = await jobsById(transaction, jobIds)
  const resolved = jobIds.flatMap((jobId) =>
    resolve(runs, (record, step) => step.jobId === jobId && applyJob(record, step, jobs.get(jobId), { provider, now })),
  )
  if (resolved.length > 0) hints.work()
  await writeResolved(transaction, resolved, hints)
}

/** Removes the waits and the notices of runs that have ended or begin again. */
export async function removeWaits(transaction: Queryable, runs: readonly RunNumber[]): Promise<void> {
  if (runs.length === 0) return
  const values = columnsOf(runs, 'job', 'number')
  for (const table of ['waits', 'notices'])
    await transaction.query(`DELETE FROM {schema}.${table} WHERE (job, run) IN ${runKeys}`, values)
}

interface WaitKey {
  readonly job: string
  readonly run: number
  readonly key: string
}

interface RunWithWaits {
  readonly job: string
  readonly run: number
  readonly tenant: string
  readonly phase: Phase
  readonly worker: number | null
  readonly workflow: string
  readonly steps: string | null
  readonly keys: readonly string[]
}

const runKeys = '(SELECT * FROM unnest($1::text[], $2::int4[]))'
const lockSql =
  `SELECT 1 FROM {schema}.runs r WHERE (r.job, r.number) IN ${runKeys} AND r.is_open ORDER BY r.job, r.number ` +
  'FOR NO KEY UPDATE'
const readSql =
  'SELECT r.job, r.number AS run, r.tenant, r.phase, r.worker, r.workflow, ' +
  '(SELECT json_agg(json_build_array(s.position, s.record) ORDER BY s.position)::text FROM {schema}.steps s ' +
  'WHERE s.job = r.job AND s.run = r.number) AS steps, ' +
  'ARRAY(SELECT w.key FROM {schema}.waits w WHERE w.job = r.job AND w.run = r.number) AS keys ' +
  `FROM {schema}.runs r WHERE (r.job, r.number) IN ${runKeys} AND r.is_open AND r.workflow IS NOT NULL ORDER BY r.job, r.number`

/** Locks the runs of some waits, then reads them: a wait may have been resolved in the meantime. */
async function lockRuns(transaction: Queryable, waits: readonly WaitKey[]): Promise<WaitingRun[]> {
  if (waits.length === 0) return []
  const values = columnsOf(waits, 'job', 'run')
  await transaction.query(lockSql, values)
  const rows = await transaction.query<RunWithWaits>(readSql, values)
  return rows.flatMap(({ phase, worker, workflow, steps, keys, ...row }) => {
    const record = toRecord(workflow, steps === null ? [] : (JSON.parse(steps) as StepRow[]))
    if (!record) return []
    const open = record.steps.map((step) => [storedText(step.key), step] as const).filter(([key]) => keys.includes(key))
    return { ...row, worker: phase === 'held' ? worker : null, record, waits: new Map(open) }
  })
}

/**
 * Writes waits that were resolved. The record of a running attempt is in its worker's memory, so that worker gets a notice
 * instead.
 */
async function writeResolved(transaction: Queryable, resolved: readonly Resolved[], hints: Hints): Promise<void> {
  if (resolved.length === 0) return
  const unnested = 'unnest($1::text[], $2::int4[], $3::text[]'
  const sql = `DELETE FROM {schema}.waits WHERE (job, run, key) IN (SELECT * FROM ${unnested}))`
  await transaction.query(sql, columnsOf(resolved, 'job', 'run', 'key'))
  const held = resolved.filter(({ worker }) => worker !== null)
  if (held.length > 0) {
    for (const { worker } of held) hints.notices(worker!)
    await transaction.query(
      'INSERT INTO {schema}.notices (job, run, key, worker, event) ' +
        `SELECT * FROM ${unnested}, $4::int8[], $5::text[])`,
      [
        ...columnsOf(held, 'job', 'run', 'key', 'worker'),
        held.map(({ event }) => (event ? toEventNotice(event) : null)),
      ],
    )
  }
  const suspended = resolved.filter(({ worker }) => worker === null)
  if (suspended.length > 0) {
    await transaction.query(
      `UPDATE {schema}.steps s SET record = n.record FROM ${unnested}, $4::text[]) AS n (job, run, key, record) ` +
        'WHERE s.job = n.job AND s.run = n.run AND s.key = n.key',
      [...columnsOf(suspended, 'job', 'run', 'key'), suspended.map(({ step }) => toText(step))],
    )
    await wakeRuns(
      transaction,
      suspended.map(({ job, run: number }) => ({ job, number })),
    )
  }
}
