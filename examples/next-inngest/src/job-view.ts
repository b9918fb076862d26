import { isEnded, type JobState, type JobStatus, type RunStatus } from '@cgk-platform/jobs'

/** What the browser is told of a job: JSON, and without the stacks of errors. */
export interface JobView {
  readonly id: string
  readonly state: JobState
  /** True when nothing more happens by itself. */
  readonly ended: boolean
  /** ISO time, for an order that was not to be handled at once. */
  readonly scheduledFor?: string
  /** Oldest first. */
  readonly runs: readonly RunView[]
}

/** What the browser is told of a run. */
export interface RunView {
  readonly id: string
  readonly definitionId: string
  readonly state: JobState
  readonly attempts: number
  readonly maxAttempts: number
  /** ISO time, while the run waits for its next attempt. */
  readonly nextAttemptAt?: string
  /** Why the last attempt failed. */
  readonly problem?: string
  readonly output?: unknown
  /** True for a run that Retry made. */
  readonly isRetry: boolean
}

/** What the browser is told of a job. */
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
