import type { Logger } from '../logging/logger.ts'

/** What every handler is told about the attempt it is. */
export interface JobContext {
  /** The job's id, the same as `handle.id` at the sender. */
  readonly jobId: string
  /** This execution of the definition; new when the job is retried by hand. */
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  /** How many the run has at most. */
  readonly maxAttempts: number
  /** The tenant of the event. */
  readonly tenantId: string
  /** Every line carries the ids above. */
  readonly logger: Logger
  /** Aborts when the job is cancelled, the attempt times out, or the engine closes. Hand it to `fetch` and the like. */
  readonly signal: AbortSignal
}

/** The context of a cron job's handler. */
export interface CronContext extends JobContext {
  /** The tick that this run belongs to. */
  readonly scheduledAt: Date
}
