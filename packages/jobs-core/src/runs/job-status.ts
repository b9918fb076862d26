import type { StepStatus } from '../workflows/step-status.ts'
import type { JobErrorInfo } from './error-info.ts'
import type { JobState } from './job-state.ts'

/** A job as it stands now. A field that the engine cannot tell is absent, and its capabilities say so. */
export interface JobStatus {
  /** As its sender was told. */
  readonly id: string
  /** The event that was sent; of a tick `cron/<definition>`. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** Made of the states of its runs, by `jobStateOf`. */
  readonly state: JobState
  /** When it was sent. */
  readonly createdAt: Date
  /** When it shall start, for a delayed job. */
  readonly scheduledFor?: Date
  /** When its first attempt began. */
  readonly startedAt?: Date
  /** Absent until it has ended. */
  readonly endedAt?: Date
  /** Oldest first; a definition that was retried by hand has several. */
  readonly runs: readonly RunStatus[]
}

/** One execution of one definition for one job. */
export interface RunStatus<Output = unknown> {
  /** The engine's id of the run, unique on it. */
  readonly id: string
  /** The definition that is executed. */
  readonly definitionId: string
  /** The run's own; that of the job is made of all. */
  readonly state: JobState
  /** Attempts begun so far. */
  readonly attempts: number
  /** How many attempts it has at most. */
  readonly maxAttempts: number
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** When its first attempt began. */
  readonly startedAt?: Date
  /** Absent while it goes on. */
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
