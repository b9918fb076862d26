import { isEnded, type JobState, type JobStatus, type RunStatus } from '@cgk-platform/jobs'

/** A job as the browser receives it: JSON, without the stacks of errors. */
export interface JobView {
  readonly id: string
  readonly state: JobState
  /** True if the job has ended. */
  readonly ended: boolean
  /** Start time of a delayed job, in ISO format. */
  readonly scheduledFor?: string
  /** Oldest first. */
  readonly runs: readonly RunView[]
}

/** A run as the browser receives it. */
export interface RunView {
  readonly id: string
  readonly definitionId: string
  readonly state: JobState
  readonly attempts: number
  readonly maxAttempts: number
  /** Time of the next attempt in ISO format, while the run waits for it. */
  readonly nextAttemptAt?: string
  /** The error message of the last attempt. */
  readonly problem?: string
  readonly output?: unknown
  /** True for a run that the Retry button started. */
  readonly isRetry: boolean
}

/** Converts a job status to its view for the browser. */
export function toJobView({ id, state, scheduledFor, runs }: JobStatus): JobView {
  return {
    id,
    state,
    ended: isEnded(state),
    ...(scheduledFor && { scheduledFor: scheduledFor.toISOString() }),
    runs: runs.map(toRunView),
  }
}

function toRunView(run: RunStatus): RunView {
  const { id, definitionId, state, attempts, maxAttempts, nextAttemptAt, error, output, retryOf } = run
  return {
    id,
    definitionId,
    state,
    attempts,
    maxAttempts,
    ...(nextAttemptAt && { nextAttemptAt: nextAttemptAt.toISOString() }),
    ...(error && { problem: error.message }),
    ...(output !== undefined && { output }),
    isRetry: retryOf !== undefined,
  }
}
