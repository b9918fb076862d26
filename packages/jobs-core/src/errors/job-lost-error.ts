import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The error of a run that does not exist: the engine stored the event of the job, and did not start the definition. */
export class JobLostError extends JobsError {
  override readonly name = 'JobLostError'
  readonly code = 'job_lost'
  /** The job without runs. */
  readonly jobId: string

  constructor({ jobId, provider, definitionId }: { jobId: string; provider: string; definitionId: string }) {
    super(
      `\`${provider}\` has the event of the job ${quote(jobId)}, but has no run of ${quote(definitionId)} for it: ` +
        'the server stopped just after the send, or the definition was not registered yet, disabled or paused. ' +
        'Retry the job (`retryJob`): the event is sent again.',
    )
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobLostError {
    return hasErrorCode(error, 'job_lost')
  }
}
