import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown by `retryJob` for a job that is neither failed nor unhandled. */
export class JobNotRetryableError extends JobsError {
  override readonly name = 'JobNotRetryableError'
  readonly code = 'job_not_retryable'
  /** The job. */
  readonly jobId: string
  /** The job's state when it was read. */
  readonly state: string

  constructor({ jobId, state }: { jobId: string; state: string }) {
    super(
      `The job ${quote(jobId)} is \`${state}\`. Only failed and unhandled jobs can be retried. ` +
        (state === 'superseded'
          ? 'A later job runs instead: see `supersededBy` in the status of its run.'
          : state === 'completed' || state === 'cancelled' || state === 'expired'
            ? 'To run it once more, send the event again.'
            : 'Wait until it ends (`waitForJob`), then retry it if it has failed.'),
    )
    this.jobId = jobId
    this.state = state
  }

  static override isInstance(error: unknown): error is JobNotRetryableError {
    return hasErrorCode(error, 'job_not_retryable')
  }
}
