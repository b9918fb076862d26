import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A value given to a call (`sendJob`, `waitForJob`, `listJobs`, `createJobClient`…) that it cannot use. */
export class InvalidOptionError extends JobsError {
  override readonly name = 'InvalidOptionError'
  readonly code = 'invalid_option'
  /** The option at fault. */
  readonly option: string

  constructor({ option, problem, remedy }: { option: string; problem: string; remedy: string }) {
    super(`\`${option}\` ${problem}. ${remedy}`)
    this.option = option
  }

  static override isInstance(error: unknown): error is InvalidOptionError {
    return hasErrorCode(error, 'invalid_option')
  }
}
