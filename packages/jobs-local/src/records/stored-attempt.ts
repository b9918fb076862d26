import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

import { fromText } from './json-column.ts'

/** An attempt that failed and that others followed. Instants are epoch milliseconds. */
export interface StoredAttempt {
  readonly number: number
  readonly startedAt?: number
  readonly endedAt: number
  /** When the next attempt was due. */
  readonly nextDueAt?: number
  readonly error?: JobErrorInfo
  readonly worker?: string
}

/** Number of the newest attempts of a run that a store keeps. */
export const maxStoredAttempts = 100

/** The id of the only worker of a store in memory. */
export const memoryWorker = '1'

/** The columns of an attempt. */
export interface AttemptColumns {
  readonly number: number
  readonly started_at: number | null
  readonly ended_at: number
  readonly next_due_at: number | null
  readonly worker: number | null
  readonly error: string | null
}

/** Converts the row of an attempt. */
export function toStoredAttempt(row: AttemptColumns): StoredAttempt {
  const error = fromText(row.error) as JobErrorInfo | undefined
  return {
    number: row.number,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    endedAt: row.ended_at,
    ...(row.next_due_at !== null && { nextDueAt: row.next_due_at }),
    ...(error && { error }),
    ...(row.worker !== null && { worker: String(row.worker) }),
  }
}
