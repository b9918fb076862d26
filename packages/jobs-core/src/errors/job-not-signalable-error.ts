import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown by `signalJob` for a job that has ended, or that runs no workflow. */
export class JobNotSignalableError extends JobsError {
  override readonly name = 'JobNotSignalableError'
  readonly code = 'job_not_signalable'
  /** The job. */
  readonly jobId: string
  /** The job's state when it was read. */
  readonly state: string

  constructor({ jobId, state, hasEnded }: { jobId: string; state: string; hasEnded: boolean }) {
    super(
      `Cannot signal the job ${quote(jobId)}. ` +
        (hasEnded
          ? `It is \`${state}\`: only a job that has not ended can get a signal. ` +
            (state === 'failed' ? 'Retry it first (`retryJob`).' : 'Send its event again, then signal the new job.')
          : 'Its runs are no workflows, so nothing waits for signals. Pass the id of the job of a workflow.'),
    )
    this.jobId = jobId
    this.state = state
  }

  static override isInstance(error: unknown): error is JobNotSignalableError {
    return hasErrorCode(error, 'job_not_signalable')
  }
}
