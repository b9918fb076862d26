import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when code of an attempt calls `waitForJob`: it could wait forever for a job that needs its slot. */
export class WaitInHandlerError extends JobsError {
  override readonly name = 'WaitInHandlerError'
  readonly code = 'wait_in_handler'
  /** The id of the job. */
  readonly jobId: string

  constructor({ jobId }: { jobId: string }) {
    super(
      `A handler cannot wait for the job ${quote(jobId)} with \`waitForJob\`: the job may need the slot that the ` +
        'handler holds. Define a workflow and use `step.runJob`, or return and let another job handle an event that ' +
        'the awaited job sends.',
    )
    this.jobId = jobId
  }

  static override isInstance(error: unknown): error is WaitInHandlerError {
    return hasErrorCode(error, 'wait_in_handler')
  }
}
