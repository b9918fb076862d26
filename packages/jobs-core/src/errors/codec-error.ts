import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Thrown when the `codec` of a client fails or is missing. A send of that kind sent nothing, and a job waits. */
export class CodecError extends JobsError {
  override readonly name = 'CodecError'
  readonly code = 'codec'
  /** The function of the codec that failed or is missing. */
  readonly operation: 'encode' | 'decode'

  constructor({ operation, problem, remedy }: CodecFailure, options?: ErrorOptions) {
    super(`\`codec.${operation}\` ${problem}. ${remedy}`, options)
    this.operation = operation
  }

  static override isInstance(error: unknown): error is CodecError {
    return hasErrorCode(error, 'codec')
  }
}

/** The facts about a codec that failed. */
export interface CodecFailure {
  readonly operation: 'encode' | 'decode'
  /** Completes the sentence that begins with the function. It never has a text of the app. */
  readonly problem: string
  readonly remedy: string
}
