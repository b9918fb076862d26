import type { Logger } from '../logging/logger.ts'

/** The context of an attempt, passed to every handler. */
export interface JobContext {
  /** The job's id, as in the handle that the send returned. */
  readonly jobId: string
  /** The id of the run. `retryJob` creates a new run. */
  readonly runId: string
  /** The number of the attempt, starting at 1. */
  readonly attempt: number
  /** The maximum number of attempts of the run. */
  readonly maxAttempts: number
  /** The tenant of the event. */
  readonly tenantId: string
  /** A logger that adds `jobId`, `runId`, `attempt`, `tenantId` and `definitionId` to every line. */
  readonly logger: Logger
  /** Aborts when the job is cancelled, the attempt times out or the engine closes. Pass it to calls such as `fetch`. */
  readonly signal: AbortSignal
}

/** The context of a cron job's handler. */
export interface CronContext extends JobContext {
  /** The scheduled time of the tick. */
  readonly scheduledAt: Date
}
