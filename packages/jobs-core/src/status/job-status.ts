import type { StepStatus } from './step-status.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import type { JobState } from './job-state.ts'
import type { WaitReason } from './wait-reason.ts'

/** A snapshot of a job. A field that the engine does not report is absent: see the engine's capabilities. */
export interface JobStatus {
  /** The job's id, as in the handle that the send returned. */
  readonly id: string
  /** The event that was sent; `cron/<definition>` for a tick. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** The references of the send; absent if it has none. */
  readonly references?: readonly string[]
  /** The id of the job that this one runs again, as the send says. Absent: it says none, or in a list. */
  readonly rerunOf?: string
  /** The trace of the send, as a W3C `traceparent`; absent if it has none. */
  readonly traceparent?: string
  /** Derived from the states of its runs. */
  readonly state: JobState
  /** The time of the send. */
  readonly createdAt: Date
  /** Why it waits, while it has no runs. Absent if it does not wait, or if the engine does not tell. */
  readonly waiting?: WaitReason
  /** When a delayed job should start. */
  readonly scheduledFor?: Date
  /** When its first attempt started. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** Its runs, oldest first. `retryJob` adds further runs of a definition. */
  readonly runs: readonly RunStatus[]
}

/** Why a workflow's run waits for other code, and how long. */
export interface ParkedStatus {
  /** When it began to wait. */
  readonly since: Date
  /** When it fails, without a compensation. */
  readonly until: Date
  /** The `WorkflowChangedError`, which tells what does not fit. */
  readonly error: JobErrorInfo
}

/** One execution of one definition for one job. */
export interface RunStatus<Output = unknown> {
  /** The run's id, unique on its engine. */
  readonly id: string
  /** The definition that the run executes. */
  readonly definitionId: string
  /** The state of this run. */
  readonly state: JobState
  /**
   * Why it waits, also while a workflow of the state `running` does. Absent if it does not wait, or if the engine does not
   * tell. Only `getJobStatus` and `inspect.getJob` have it.
   */
  readonly waiting?: WaitReason
  /** Number of attempts that have started. */
  readonly attempts: number
  /** Maximum number of attempts. */
  readonly maxAttempts: number
  /** When the next attempt is due, while `retrying`. */
  readonly nextAttemptAt?: Date
  /** When its first attempt started. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** The handler's return value as JSON. */
  readonly output?: Output
  /** Why the last attempt failed. */
  readonly error?: JobErrorInfo
  /** The version of the workflow that the run last began with; absent if it had none, or if the engine does not know it. */
  readonly version?: string
  /** Number of times that `step.restart` began the run again; absent: none. */
  readonly restarts?: number
  /** Set while the run waits for a worker whose code fits: see `WorkflowChangedError`. Its state is `running`. */
  readonly parked?: ParkedStatus
  /** The steps that a workflow has called, in the order of the calls. */
  readonly steps?: readonly StepStatus[]
  /** The id of the run that this one retries. */
  readonly retryOf?: string
  /** The id of the job that runs instead, while `superseded`. That job can be superseded in turn. */
  readonly supersededBy?: string
}
