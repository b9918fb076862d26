import { hasErrorCode, JobsError } from './jobs-error.ts'

/** What was waited for in vain. */
export interface WaitTimeout {
  /** The job that was waited for. */
  jobId: string
  /** Where it stood. */
  state: string
  /** How long it was waited for. */
  timeoutMs: number
  /** The definitions whose runs had not ended. */
  open?: readonly string[]
}

/** `waitForJob` gave up waiting. The job itself goes on. */
export class WaitTimeoutError extends JobsError {
  override readonly name = 'WaitTimeoutError'
  readonly code = 'wait_timeout'
  /** The job that was waited for. */
  readonly jobId: string
  /** The state that was read last. */
  readonly state: string

  constructor({ jobId, state, timeoutMs, open = [] }: WaitTimeout) {
    const waitedFor = open.length === 0 ? '' : ` (${open.map((id) => `\`${id}\``).join(', ')})`
    super(
      `The job \`${jobId}\` was still \`${state}\`${waitedFor} after ${timeoutMs} ms. ` +
        'It goes on; wait longer, or look at `getJobStatus`.',
    )
    this.jobId = jobId
    this.state = state
  }

  static override isInstance(error: unknown): error is WaitTimeoutError {
    return hasErrorCode(error, 'wait_timeout')
  }
}
