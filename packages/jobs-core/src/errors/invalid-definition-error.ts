import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when the definition of a job, cron job, workflow or event is invalid. */
export class InvalidDefinitionError extends JobsError {
  override readonly name = 'InvalidDefinitionError'
  readonly code = 'invalid_definition'
  /** The invalid field, for example `retry.maxAttempts`. */
  readonly field: string

  constructor({ what, field, problem, remedy }: { what: string; field: string; problem: string; remedy: string }) {
    super(`${what}: ${quote(field)} ${problem}. ${remedy}`)
    this.field = field
  }

  static override isInstance(error: unknown): error is InvalidDefinitionError {
    return hasErrorCode(error, 'invalid_definition')
  }
}
