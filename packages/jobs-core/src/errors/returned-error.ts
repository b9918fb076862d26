import type { Json } from '../values/json.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'
import { truncate } from './truncate.ts'

const maxCharacters = 1000

/**
 * The error of an attempt whose handler returned a failure, such as `{ success: false }`, with the option
 * `returnedErrors`. The `cause` shows the returned value.
 */
export class ReturnedError extends JobsError {
  override readonly name = 'ReturnedError'
  readonly code = 'returned'
  /** The returned value, as JSON. */
  readonly output: Json
  /** False if the returned `error.retryable` is false. The run then fails at once. */
  readonly retryable: boolean

  constructor({ message, output, retryable }: { message: string; output: Json; retryable: boolean }) {
    super(message, { cause: { name: 'Output', message: truncate(JSON.stringify(output), maxCharacters) } })
    this.output = output
    this.retryable = retryable
  }

  static override isInstance(error: unknown): error is ReturnedError {
    return hasErrorCode(error, 'returned')
  }
}
