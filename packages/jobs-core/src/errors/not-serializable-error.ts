import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown for a payload or an output that would change when stored as JSON. Every engine stores jobs as JSON. */
export class NotSerializableError extends JobsError {
  override readonly name = 'NotSerializableError'
  readonly code = 'not_serializable'
  /** The path of the value, for example `payload.items[2].price` or `output.total`. */
  readonly path: string

  constructor({ path, problem, remedy }: { path: string; problem: string; remedy: string }, options?: ErrorOptions) {
    super(`${quote(path)} cannot be stored as JSON: it is ${problem}. ${remedy}`, options)
    this.path = path
  }

  static override isInstance(error: unknown): error is NotSerializableError {
    return hasErrorCode(error, 'not_serializable')
  }
}
