import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The cause of a failed `step.runJob` whose job the engine dropped before it started. */
export class JobExpiredError extends JobsError {
  override readonly name = 'JobExpiredError'
  readonly code = 'job_expired'
  /** The job that expired. */
  readonly jobId: string

  constructor({ jobId }: { jobId: string }) {
    super(
      `The job ${quote(jobId)} did not start in time, so the engine dropped it. Send it again, or raise its \`ttl\`.`,
    )
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobExpiredError {
    return hasErrorCode(error, 'job_expired')
  }
}
