import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The records of a run's steps are more than its engine keeps. Sizes are bytes of all of them as UTF-8 JSON. */
export class StepRecordsTooLargeError extends JobsError {
  override readonly name = 'StepRecordsTooLargeError'
  readonly code = 'step_records_too_large'
  /** The step whose result was one too many. */
  readonly stepId: string
  /** How large the records of the run would be, as UTF-8 JSON. */
  readonly bytes: number
  /** How large the engine lets them be. */
  readonly limitBytes: number

  constructor({ stepId, bytes, limitBytes }: { stepId: string; bytes: number; limitBytes: number }) {
    super(
      `With the result of the step \`${stepId}\` the records of the run have ${bytes} bytes as JSON, the limit of the ` +
        `engine is ${limitBytes}. Store results elsewhere, and return the keys that they are found under.`,
    )
    this.stepId = stepId
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is StepRecordsTooLargeError {
    return hasErrorCode(error, 'step_records_too_large')
  }
}
