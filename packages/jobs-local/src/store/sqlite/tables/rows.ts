import type { JobState } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, type Json, decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'

import { lastErrorOf } from '../../../records/enter-state.ts'
import type { AttemptState, RunState } from '../../../records/run-state.ts'
import { type StoredJob, type StoredRun, runIdOf } from '../../../records/stored-run.ts'
import type { StoredKeys } from './stored-keys.ts'

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
export interface RunRow extends StoredKeys {
  readonly run: number
  readonly definition_id: string
  readonly tenant: string
  readonly state: RunState['state']
  readonly phase: number | null
  readonly worker: number | null
  readonly attempts: number
  readonly max_attempts: number
  readonly due_at: number | null
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly attempt_started_at: number | null
  readonly output: string | null
  readonly error: string | null
  readonly retry_of: number | null
  readonly retried_at: number | null
  readonly superseded_by: string | null
  readonly gather_until: number | null
  readonly rank: number
  readonly priority: number
  readonly pause: 'asleep' | 'awake' | null
  readonly wake_pending: number
  readonly resumed: number
  readonly grace_ms: number | null
  readonly compensate_on_cancel: number
  readonly compensation: number
  readonly workflow: string | null
  readonly crashes: number
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

/**
 * Time that a suspect waits for a worker that runs nothing else, in milliseconds. After it, any worker takes it, so that
 * it starts even if all of them have long runs.
 */
export const emptyWorkerWaitMs = 10_000

/**
 * Time after which an attempt that its process ends is a suspect as after its first crash, in milliseconds. No
 * probation is longer, so a run that ends its process sooner is alone at some time.
 */
export const longLifeMs = 180_000

/** The states of a cancelled workflow's compensation. */
export const compensationStates = { none: 0, pending: 1, running: 2 } as const

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

/** Creates a replacement for an envelope that cannot be decoded. Without a payload, its runs fail. */
export function unreadable({ id, event, tenantId }: Pick<Envelope, 'id' | 'event' | 'tenantId'>): Envelope {
  return { v: 1, id, event, tenantId, payload: null, sentAt: 0 }
}

/** Parses a stored value. Returns `undefined` if it is damaged. */
export function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Converts a row to a run, without the steps of a workflow. */
export function toStoredRun(row: RunRow, job: StoredJob): StoredRun {
  const { envelope } = job
  const run: StoredRun = {
    id: runIdOf(envelope.id, numberOf(row.run)),
    job,
    definitionId: row.definition_id,
    maxAttempts: row.max_attempts,
    ...(row.priority !== 0 && { priority: row.priority }),
    attempts: row.attempts,
    ...toRunState(row, envelope),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.attempt_started_at !== null && { attemptStartedAt: row.attempt_started_at }),
    ...(row.retry_of !== null && { retryOf: runIdOf(envelope.id, row.retry_of) }),
    ...(row.retried_at !== null && { retriedAt: row.retried_at }),
    ...(row.gather_until !== null && { gather: { until: row.gather_until } }),
    ...(row.grace_ms !== null && { graceMs: row.grace_ms }),
    ...(row.compensate_on_cancel === 1 && { compensateOnCancel: true }),
  }
  setKey(run, { run: row.run, worker: row.worker ?? 0, rank: row.rank })
  return run
}

function toRunState(row: RunRow, envelope: Envelope): RunState {
  const { state, superseded_by: supersededBy, compensation } = row
  const [dueAt, endedAt] = [row.due_at ?? 0, row.ended_at ?? 0]
  const output = row.output === null ? undefined : (fromText(row.output) as Json | undefined)
  const error = row.error === null ? undefined : (fromText(row.error) as JobErrorInfo | undefined)
  const lastError = lastErrorOf({ ...(error !== undefined && { error }) })
  switch (state) {
    case 'scheduled':
      return { state, dueAt }
    case 'queued':
      return { state, ...lastError }
    case 'retrying':
      return { state, dueAt, ...lastError }
    case 'running':
      return { state, ...lastError, ...toAttemptState(row) }
    case 'completed':
      return { state, endedAt, ...(output !== undefined && { output }) }
    case 'failed':
      return { state, endedAt, ...lastError }
    case 'cancelled': {
      const ended = { state, endedAt, ...lastError }
      if (compensation === compensationStates.pending) return { ...ended, toCompensate: envelope }
      const isCompensating = compensation === compensationStates.running
      return isCompensating ? { ...ended, compensating: envelope, ...toAttemptState(row) } : ended
    }
    case 'superseded':
      return { state, endedAt, supersededBy: supersededBy ?? '' }
  }
}

function toAttemptState({ pause, due_at: dueAt, resumed }: RunRow): AttemptState {
  if (pause === 'awake') return { pause }
  if (pause === 'asleep') return { pause, ...(dueAt !== null && { dueAt }) }
  return resumed === 1 ? { resumed: true } : {}
}

/** Serializes a value for a column. */
export function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
