import type { JobState } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, type Json, decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun } from '../job-store.ts'
import { runIdOf } from '../run-id.ts'

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
export interface RunRow {
  readonly job: number
  readonly number: number
  readonly definition: string
  readonly tenant: string
  readonly state: JobState
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
  readonly pause: 'asleep' | 'awake' | null
  readonly wakes: number
  readonly resumed: number
  readonly grace_ms: number | null
  readonly compensate_on_cancel: number
  readonly compensation: number
  readonly workflow: string | null
}

/** Which run, of those under way, a notice is for. */
export interface NoticeRow {
  readonly job: number
  readonly number: number
  /** The step that was answered; none where the run was cancelled. */
  readonly key: string | null
}

/** What a run is waiting for, or that it has a place. */
export const phases = { waits: 0, ready: 1, held: 2 } as const

/** Whether a cancelled workflow is to be compensated, or is being compensated. */
export const compensations = { none: 0, toDo: 1, underWay: 2 } as const

/** Which row a run is, and who held it when it was read. */
export interface RunKey {
  readonly seq: number
  readonly number: number
  readonly worker: number
}

const keys = new WeakMap<StoredRun, RunKey>()
const seqs = new WeakMap<StoredJob, number>()

/** Notes which row a run is. */
export function noteKey(run: StoredRun, key: RunKey): void {
  keys.set(run, key)
}

/** The row of a run that this store gave out. */
export function keyOf(run: StoredRun): RunKey {
  return keys.get(run)!
}

/** The row of a job that this store gave out. */
export function seqOf(job: StoredJob): number {
  return seqs.get(job)!
}

/** A job as the engine knows it, without its runs; its envelope is read where it is not known. */
export function toStoredJob(row: JobRow, known?: Envelope): StoredJob {
  const { seq, state, ended_at: endedAt } = row
  const job: StoredJob = {
    envelope: known ?? readEnvelope(row),
    // `taken` is a delayed one whose time has come: what it is then, its runs tell.
    state: state === 'taken' ? 'queued' : (state as JobState),
    ...(endedAt !== null && { endedAt }),
    runs: [],
  }
  seqs.set(job, seq)
  return job
}

/** One that cannot be read, since it was damaged or written by hand, holds up no other. */
function readEnvelope({ envelope, id, event, tenant: tenantId }: JobRow): Envelope {
  return decodeEnvelope(envelope) ?? unreadable({ id, event, tenantId })
}

/** The envelope of a job that cannot be read: without a payload its runs fail. */
export function unreadable({ id, event, tenantId }: Pick<Envelope, 'id' | 'event' | 'tenantId'>): Envelope {
  return { v: 1, id, event, tenantId, payload: null, sentAt: 0 }
}

/** A stored value; `undefined` where it was damaged. */
export function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A run as the engine knows it, without the steps of a workflow. */
export function toStoredRun(row: RunRow, job: StoredJob): StoredRun {
  const { envelope } = job
  const output = row.output === null ? undefined : (fromText(row.output) as Json | undefined)
  const error = row.error === null ? undefined : (fromText(row.error) as JobErrorInfo | undefined)
  const run: StoredRun = {
    id: runIdOf(envelope.id, row.number),
    job,
    definitionId: row.definition,
    maxAttempts: row.max_attempts,
    state: row.state,
    attempts: row.attempts,
    ...(row.due_at !== null && { dueAt: row.due_at }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.attempt_started_at !== null && { attemptStartedAt: row.attempt_started_at }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(row.retry_of !== null && { retryOf: runIdOf(envelope.id, row.retry_of) }),
    ...(row.pause !== null && { pause: row.pause }),
    ...(row.resumed === 1 && { resumed: true }),
    ...(row.grace_ms !== null && { graceMs: row.grace_ms }),
    ...(row.compensate_on_cancel === 1 && { compensateOnCancel: true }),
    ...(row.compensation === compensations.toDo && { toCompensate: envelope }),
    ...(row.compensation === compensations.underWay && { compensating: envelope }),
  }
  keys.set(run, { seq: row.job, number: row.number, worker: row.worker ?? 0 })
  return run
}

/** A value as it is stored. */
export function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
