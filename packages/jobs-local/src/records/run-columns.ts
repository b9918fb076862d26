import type { Envelope, JobErrorInfo, Json } from '@cgk-platform/jobs-core/provider'

import { lastErrorOf } from './enter-state.ts'
import { fromText } from './json-column.ts'
import type { AttemptState, RunState } from './run-state.ts'
import { runIdOf, type StoredJob, type StoredRun } from './stored-run.ts'

/** The columns of a run that each database has. A flag is 0 or 1 where there are no booleans. */
export interface RunColumns {
  readonly tenant: string
  readonly concurrency_key: string
  readonly throttle_key: string
  readonly state: RunState['state']
  readonly worker: number | null
  readonly rank: number
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
  readonly wake_pending: boolean | number
  readonly resumed: boolean | number
  readonly grace_ms: number | null
  readonly compensate_on_cancel: boolean | number
  readonly compensation: number
  readonly workflow: string | null
  readonly crashes: number
  readonly error: string | null
  readonly output: string | null
}

/** The states of a cancelled workflow's compensation. */
export const compensationStates = { none: 0, pending: 1, running: 2 } as const

/** Creates a replacement for an envelope that cannot be decoded. Without a payload, its runs fail. */
export function unreadable({ id, event, tenantId }: Pick<Envelope, 'id' | 'event' | 'tenantId'>): Envelope {
  return { v: 1, id, event, tenantId, payload: null, sentAt: 0 }
}

/** Converts a row to a run, without the steps of a workflow. */
export function fromRunColumns(
  row: RunColumns,
  job: StoredJob,
  { number, definitionId }: { readonly number: number; readonly definitionId: string },
): StoredRun {
  const { envelope } = job
  return {
    id: runIdOf(envelope.id, number),
    job,
    definitionId,
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
    ...(Boolean(row.compensate_on_cancel) && { compensateOnCancel: true }),
  }
}

function toRunState(row: RunColumns, envelope: Envelope): RunState {
  const { state, superseded_by: supersededBy, compensation } = row
  const [dueAt, endedAt] = [row.due_at ?? 0, row.ended_at ?? 0]
  const output = fromText(row.output) as Json | undefined
  const error = fromText(row.error) as JobErrorInfo | undefined
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

function toAttemptState({ pause, due_at: dueAt, resumed }: RunColumns): AttemptState {
  if (pause === 'awake') return { pause }
  if (pause === 'asleep') return { pause, ...(dueAt !== null && { dueAt }) }
  return resumed ? { resumed: true } : {}
}
