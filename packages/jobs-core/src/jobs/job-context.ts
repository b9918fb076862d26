import type { HandlerTransaction } from '../engines/engine-types.ts'
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

/** A part of the context of code with `transaction: true`. */
export interface InTransaction {
  /**
   * The open transaction, which also records that the run or the step has completed. The engine commits it when the code
   * returns, and rolls it back if it throws. Never commit it yourself, and do not use it afterwards.
   */
  readonly transaction: HandlerTransaction
}

/** A context, with the transaction if the code runs in one. */
export type WithTransaction<Context, Own extends boolean> = Own extends true ? Context & InTransaction : Context

/** The context of a cron job's handler. */
export interface CronContext extends JobContext {
  /** The scheduled time of the tick. */
  readonly scheduledAt: Date
}
