import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown when a job, or a run that is known to belong to it, is not visible on the engine yet. It may still run. A
 * cancel may already have cancelled other runs of the job.
 */
export class JobNotVisibleError extends JobsError {
  override readonly name = 'JobNotVisibleError'
  readonly code = 'job_not_visible'
  /** The id of the job. */
  readonly jobId: string

  /** @param problem - what is known about the job: a sentence without its final period */
  constructor({ jobId, provider, problem }: { jobId: string; provider: string; problem: string }) {
    super(`\`${provider}\` does not show the job ${quote(jobId)} yet: ${problem}. It may run. Call again later.`)
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobNotVisibleError {
    return hasErrorCode(error, 'job_not_visible')
  }
}
