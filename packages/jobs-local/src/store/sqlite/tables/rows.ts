import type { JobState } from '@cgk-platform/jobs-core'
import { decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'

import { fromRunColumns, type RunColumns, unreadable } from '../../../records/run-columns.ts'
import type { StoredJob, StoredRun } from '../../../records/stored-run.ts'

/** A row of `cgk_jobs`. */
export interface JobRow {
  readonly seq: number
  readonly id: string
  readonly tenant: string
  readonly event: string
  readonly envelope: string
  readonly state: string
  readonly ended_at: number | null
}

/** A row of `cgk_runs`. */
export interface RunRow extends RunColumns {
  readonly run: number
  readonly definition_id: string
  readonly phase: number | null
}

/**
 * The phases of a run: it waits for a time, an event or a job, it waits for a slot, a worker holds it, it may have ended
 * its process and waits for a slot apart from other runs, it waits for a batch, a worker holds it in the batch of
 * another run, which has the slot, or it waits for a slot but claims do not look at it: its tenant is paused, or its
 * concurrency key had no free slot when its throttle would have let it start.
 */
export const phases = {
  waiting: 0,
  ready: 1,
  held: 2,
  suspect: 3,
  gathering: 4,
  joined: 5,
  paused: 6,
  blocked: 7,
} as const

/** SQL for the phases of the runs that wait for a slot. */
export const waitsForSlot: string = [phases.ready, phases.suspect, phases.paused, phases.blocked].join(', ')

/** The key of a run's row, and the worker that held it when it was read. */
export interface RunKey {
  readonly run: number
  readonly worker: number
  /** The run's place among the waiting runs. */
  readonly rank: number
}

/** Number of rows for runs that each job may have. */
const runsPerJob = 2 ** 20

/** Returns the key of a run's row, from the row of its job and its number within the job. */
export function runAt(seq: number, number: number): number {
  return seq * runsPerJob + number
}

/** Returns the number of a run within its job. */
export function numberOf(run: number): number {
  return run % runsPerJob
}

/** SQL for the row key of a run's job. */
export const jobOfRun = 'run >> 20'
/** SQL condition that a run is the first of its job. */
export const isFirstRun = 'run & 1048575 = 1'
/** Returns an SQL condition that a run is one of a job, whose row key is the SQL expression `seq`. */
export function isRunOf(seq: string): string {
  return `run BETWEEN ${seq} << 20 AND ${seq} << 20 | 1048575`
}

/** A run of this store. Its row key is a member, because a `WeakMap` of them takes several times the processor time. */
type KeyedRun = StoredRun & { rowKey: RunKey }
/** A job of this store. */
type KeyedJob = StoredJob & { readonly seq: number }

/** Remembers the row of a run. */
export function setKey(run: StoredRun, key: RunKey): void {
  ;(run as KeyedRun).rowKey = key
}

/** Returns the row key of a run that this store returned. */
export function keyOf(run: StoredRun): RunKey {
  return (run as KeyedRun).rowKey
}

/** Returns the row key of a job that this store returned. */
export function seqOf(job: StoredJob): number {
  return (job as KeyedJob).seq
}

/** Converts a row to a job without its runs. */
export function toStoredJob(row: JobRow): StoredJob {
  const { seq, ended_at: endedAt } = row
  const job = toQueuedJob(seq, readEnvelope(row))
  job.state = toJobState(row)
  if (endedAt !== null) job.endedAt = endedAt
  return job
}

/** Returns a job that has no runs yet. */
export function toQueuedJob(seq: number, envelope: Envelope): StoredJob {
  const job: KeyedJob = { seq, envelope, state: 'queued', runs: [] }
  return job
}

/**
 * Returns the state of a job that has no runs. `arrived` marks one that waits for the turn of its tenant to be taken, and
 * `taken` one that has waited for that, or for its time.
 */
export function toJobState({ state }: Pick<JobRow, 'state'>): JobState {
  return state === 'taken' || state === 'arrived' ? 'queued' : (state as JobState)
}

/** Decodes an envelope. One that was damaged or edited by hand must not block other jobs. */
function readEnvelope({ envelope, id, event, tenant: tenantId }: JobRow): Envelope {
  const decoded = decodeEnvelope(envelope)
  if (!decoded) return unreadable({ id, event, tenantId })
  return decoded.v === 1 ? decoded : { ...decoded, id, event, tenantId }
}

/** Converts a row to a run, without the steps of a workflow. */
export function toStoredRun(row: RunRow, job: StoredJob): StoredRun {
  const run = fromRunColumns(row, job, { number: numberOf(row.run), definitionId: row.definition_id })
  setKey(run, { run: row.run, worker: row.worker ?? 0, rank: row.rank })
  return run
}
