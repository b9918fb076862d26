import type { StepStatus } from '../workflows/step-status.ts'
import type { JobErrorInfo } from './error-info.ts'
import type { JobState } from './job-state.ts'

/** A job as it stands now. A field that the engine cannot tell is absent, and its capabilities say so. */
export interface JobStatus {
  readonly id: string
  readonly event: string
  readonly tenantId: string
  readonly state: JobState
  /** When it was sent. */
  readonly createdAt: Date
  /** When it shall start, for a delayed job. */
  readonly scheduledFor?: Date
  readonly startedAt?: Date
  readonly endedAt?: Date
  /** Oldest first; a definition that was retried by hand has several. */
  readonly runs: readonly RunStatus[]
}

/** One execution of one definition for one job. */
export interface RunStatus<Output = unknown> {
  readonly id: string
  readonly definitionId: string
  readonly state: JobState
  /** Attempts begun so far. */
  readonly attempts: number
  readonly maxAttempts: number
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  readonly startedAt?: Date
  readonly endedAt?: Date
  /** What the handler returned, as JSON. */
  readonly output?: Output
  /** Why the last attempt failed. */
  readonly error?: JobErrorInfo
  /** A workflow's steps so far, in the order in which its code called them. */
  readonly steps?: readonly StepStatus[]
  /** The run that this one was made to retry. */
  readonly retryOf?: string
}
