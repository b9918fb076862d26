import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

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
