import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown when no job has this id, or the job belongs to another tenant. The error does not say which.
 */
export class JobNotFoundError extends JobsError {
  override readonly name = 'JobNotFoundError'
  readonly code = 'job_not_found'
  /** The id that was not found. */
  readonly jobId: string

  constructor({ jobId, provider }: { jobId: string; provider: string }) {
    super(
      `No job ${quote(jobId)} was found on \`${provider}\`. Check that the id is the \`id\` of a job handle, ` +
        'that the job was sent on this engine and for this tenant, and that the engine still stores it.',
    )
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobNotFoundError {
    return hasErrorCode(error, 'job_not_found')
  }
}
