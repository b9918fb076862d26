import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The value of `context.signal.reason` after the job was cancelled. */
export class JobCancelledError extends JobsError {
  override readonly name = 'JobCancelledError'
  readonly code = 'job_cancelled'
  /** The job that was cancelled. */
  readonly jobId: string

  constructor({ jobId }: { jobId: string }) {
    super(`The job ${quote(jobId)} was cancelled. Stop its work: the result will be discarded.`)
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobCancelledError {
    return hasErrorCode(error, 'job_cancelled')
  }
}
