import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The facts about a wait that timed out. */
export interface WaitTimeout {
  /** The id of the job. */
  jobId: string
  /** The state that was read last; `queued` if the job could not be read in time. */
  state: string
  /** The wait limit, in milliseconds. */
  timeoutMs: number
  /** The ids of the definitions whose runs have not ended. */
  open?: readonly string[]
}

/** Thrown when `waitForJob` times out. The job continues. */
export class WaitTimeoutError extends JobsError {
  override readonly name = 'WaitTimeoutError'
  readonly code = 'wait_timeout'
  /** The id of the job. */
  readonly jobId: string
  /** The state that was read last; `queued` if the job could not be read in time. */
  readonly state: string

  constructor({ jobId, state, timeoutMs, open = [] }: WaitTimeout) {
    const openRuns = open.length === 0 ? '' : ` (${open.map((id) => `\`${id}\``).join(', ')})`
    super(
      `The job ${quote(jobId)} was still \`${state}\`${openRuns} after ${timeoutMs} ms. ` +
        'The job continues. Wait longer, or check it later with `getJobStatus`.',
    )
    this.jobId = jobId
    this.state = state
  }

  static override isInstance(error: unknown): error is WaitTimeoutError {
    return hasErrorCode(error, 'wait_timeout')
  }
}
