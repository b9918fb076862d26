import type { JobState } from '@cgk-platform/jobs-core'
import { type Envelope, type JobErrorInfo, type Json, decodeEnvelope } from '@cgk-platform/jobs-core/provider'

import {
  type AttemptState,
  lastErrorOf,
  runIdOf,
  type RunState,
  type StoredJob,
  type StoredRun,
} from '@cgk-platform/jobs-local/engine'

/** A row of `jobs`. */
export interface JobRow {
  readonly id: string
  readonly tenant: string
  readonly event: string
  readonly envelope: string
  readonly sent_at: number
  readonly state: 'completed' | 'unhandled' | 'cancelled' | null
  readonly ended_at: number | null
}

/** The phases of a run. See `runs` in `schema.ts`. */
export type Phase = 'waiting' | 'ready' | 'held' | 'suspect' | 'gathering' | 'joined'

/** A row of `runs`. */
export interface RunRow {
  readonly job: string
  readonly number: number
  readonly lane: number
  readonly definition: string
  readonly tenant: string
  readonly concurrency_key: string
  readonly throttle_key: string
  readonly state: RunState['state']
  readonly phase: Phase | null
  readonly worker: number | null
  readonly rank: number
  /** Orders runs of one rank. */
  readonly seq: number
  readonly priority: number
  readonly attempts: number
  readonly max_attempts: number
  readonly due_at: number | null
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly attempt_started_at: number | null
  readonly retry_of: number | null
  readonly retried_at: number | null
  readonly gather_until: number | null
  readonly superseded_by: string | null
  readonly pause: 'asleep' | 'awake' | null
  readonly wake_pending: boolean
  readonly resumed: boolean
  readonly grace_ms: number | null
  readonly compensate_on_cancel: boolean
  readonly compensation: number
  readonly workflow: string | null
  readonly crashes: number
  readonly error: string | null
  readonly parked: string | null
  readonly output: string | null
}

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

/** In the column `parked`: the run needs other code, but not another version. */
export const otherCode = 'other'

/** The states of a cancelled workflow's compensation. */
export const compensationStates = { none: 0, pending: 1, running: 2 } as const

/** Facts about the row of a run when it was read. */
export interface RunKey {
  readonly job: string
  readonly number: number
  readonly lane: number
  /** 0 without one. */
  readonly worker: number
}

/** A run of this store. Its row key is a member, because a `WeakMap` of them takes several times the processor time. */
type KeyedRun = StoredRun & { rowKey: RunKey }

/** Remembers the row of a run. */
export function setKey(run: StoredRun, key: RunKey): void {
  ;(run as KeyedRun).rowKey = key
}

/** Returns the row key of a run that this store returned. */
export function keyOf(run: StoredRun): RunKey {
  return (run as KeyedRun).rowKey
}

/**
 * Converts a row to a job without its runs.
 *
 * @param waitsUntil - of a job without runs: when it is due, or null if it is. Default: null
 */
export function toStoredJob(row: JobRow, waitsUntil: number | null = null): StoredJob {
  const state: JobState = row.state ?? (waitsUntil === null ? 'queued' : 'scheduled')
  const job: StoredJob = { envelope: readEnvelope(row), state, runs: [] }
  if (row.ended_at !== null) job.endedAt = row.ended_at
  return job
}

/**
 * Decodes an envelope. Its times are by the clock of the database. One that was damaged or edited by hand must not block
 * other jobs.
 */
export function readEnvelope(row: Pick<JobRow, 'id' | 'event' | 'tenant' | 'envelope' | 'sent_at'>): Envelope {
  const { id, event, tenant: tenantId, sent_at: sentAt } = row
  const decoded = decodeEnvelope(row.envelope)
  if (!decoded) return unreadable({ id, event, tenantId })
  if (decoded.v !== 1) return { ...decoded, id, event, tenantId, sentAt }
  const { delayMs } = decoded
  return { ...decoded, sentAt, ...(delayMs !== undefined && { runAt: sentAt + delayMs }) }
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

/** Serializes a value for a column. */
export function toText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** Converts a row to a run, without the steps of a workflow. */
export function toStoredRun(row: RunRow, job: StoredJob): StoredRun {
  const { envelope } = job
  const run: StoredRun = {
    id: runIdOf(envelope.id, row.number),
    job,
    definitionId: row.definition,
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
    ...(row.compensate_on_cancel && { compensateOnCancel: true }),
  }
  const { number, lane, worker } = row
  setKey(run, { job: row.job, number, lane, worker: worker ?? 0 })
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
  return resumed ? { resumed: true } : {}
}
