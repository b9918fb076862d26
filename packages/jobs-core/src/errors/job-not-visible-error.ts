import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown when the engine does not show a job yet that it has accepted, or can have accepted a moment ago. The job may
 * run: the call had no effect on it.
 */
export class JobNotVisibleError extends JobsError {
  override readonly name = 'JobNotVisibleError'
  readonly code = 'job_not_visible'
  /** The id that the engine does not show. */
  readonly jobId: string

  /** @param problem - what is known about the job, without a period */
  constructor({ jobId, provider, problem }: { jobId: string; provider: string; problem: string }) {
    super(`\`${provider}\` does not show the job ${quote(jobId)} yet: ${problem}. It may run. Call again later.`)
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is JobNotVisibleError {
    return hasErrorCode(error, 'job_not_visible')
  }
}
