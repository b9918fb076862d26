import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Reported when the step records of a run exceed the engine's size limit. */
export class StepRecordsTooLargeError extends JobsError {
  override readonly name = 'StepRecordsTooLargeError'
  readonly code = 'step_records_too_large'
  /** The id of the step whose result exceeds the limit. */
  readonly stepId: string
  /** The size of all step records of the run, including this result, in bytes of UTF-8 JSON. */
  readonly bytes: number
  /** The engine's limit, in bytes. */
  readonly limitBytes: number

  constructor({ stepId, bytes, limitBytes }: { stepId: string; bytes: number; limitBytes: number }) {
    super(
      `With the result of the step ${quote(stepId)}, the step records of the run have ${bytes} bytes as JSON; the limit ` +
        `of the engine is ${limitBytes}. Store large results elsewhere and return their keys.`,
    )
    this.stepId = stepId
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is StepRecordsTooLargeError {
    return hasErrorCode(error, 'step_records_too_large')
  }
}
