import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A payload or a handler's output that would not arrive as it was given, since jobs travel as JSON on every engine. */
export class NotSerializableError extends JobsError {
  override readonly name = 'NotSerializableError'
  readonly code = 'not_serializable'
  /** Where the value stands, for example `payload.items[2].price` or `output.total`. */
  readonly path: string

  constructor({ path, problem, remedy }: { path: string; problem: string; remedy: string }, options?: ErrorOptions) {
    super(`\`${path}\` cannot travel as JSON: it is ${problem}. ${remedy}`, options)
    this.path = path
  }

  static override isInstance(error: unknown): error is NotSerializableError {
    return hasErrorCode(error, 'not_serializable')
  }
}
