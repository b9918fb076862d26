import { hasErrorCode, JobsError } from './jobs-error.ts'

/** `waitForJob` gave up waiting. The job itself goes on. */
export class WaitTimeoutError extends JobsError {
  override readonly name = 'WaitTimeoutError'
  readonly code = 'wait_timeout'
  readonly jobId: string
  /** The state that was read last. */
  readonly state: string

  constructor({ jobId, state, timeoutMs }: { jobId: string; state: string; timeoutMs: number }) {
    super(
      `The job \`${jobId}\` was still \`${state}\` after ${timeoutMs} ms. ` +
        'It goes on; wait longer, or look at `getJobStatus`.',
    )
    this.jobId = jobId
    this.state = state
  }

  static override isInstance(error: unknown): error is WaitTimeoutError {
    return hasErrorCode(error, 'wait_timeout')
  }
}
