import type { JobState } from '@cgk-platform/jobs-core'
import { decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'
import {
  fromRunColumns,
  type RunColumns,
  type StoredJob,
  type StoredRun,
  unreadable,
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

/** `ready_from` of a lane in which no run is ready: higher than the ranks of all runs. */
export const noRank = 9007199254740991

/** The phases of a run. See `runs` in `schema.ts`. */
export type Phase = 'waiting' | 'ready' | 'held' | 'suspect' | 'gathering' | 'joined'

/** A row of `runs`. */
export interface RunRow extends RunColumns {
  readonly job: string
  readonly number: number
  readonly lane: number
  readonly definition: string
  readonly phase: Phase | null
  /** Orders runs of one rank. */
  readonly seq: number
  readonly parked: string | null
}

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

/** Converts a row to a run, without the steps of a workflow. */
export function toStoredRun(row: RunRow, job: StoredJob): StoredRun {
  const { job: id, number, lane, worker } = row
  const run = fromRunColumns(row, job, { number, definitionId: row.definition })
  setKey(run, { job: id, number, lane, worker: worker ?? 0 })
  return run
}
