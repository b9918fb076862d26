import { hasErrorCode, JobsError } from './jobs-error.ts'

/** No job has this id, or it belongs to another tenant than the client's: the two are not told apart. */
export class JobNotFoundError extends JobsError {
  override readonly name = 'JobNotFoundError'
  readonly code = 'job_not_found'
  /** The id that the engine does not know. */
  readonly jobId: string

  constructor({ jobId, provider }: { jobId: string; provider: string }) {
    super(
      `No job \`${jobId}\` is known to \`${provider}\`. ` +
        'Check that the id comes from `handle.id`, that it was sent on this engine and tenant, and that it is still retained.',
    )
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobNotFoundError {
    return hasErrorCode(error, 'job_not_found')
  }
}
