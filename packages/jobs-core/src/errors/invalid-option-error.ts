import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown for an invalid argument or option of a call such as `sendJob`, `waitForJob`, `listJobs` or `createJobClient`.
 */
export class InvalidOptionError extends JobsError {
  override readonly name = 'InvalidOptionError'
  readonly code = 'invalid_option'
  /** The invalid option. */
  readonly option: string

  constructor(
    { option, problem, remedy }: { option: string; problem: string; remedy: string },
    options?: ErrorOptions,
  ) {
    super(`${quote(option)} ${problem}. ${remedy}`, options)
    this.option = option
  }

  static override isInstance(error: unknown): error is InvalidOptionError {
    return hasErrorCode(error, 'invalid_option')
  }
}
