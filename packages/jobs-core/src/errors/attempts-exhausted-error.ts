import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Reported when the last attempt of a run ended without a result, for example because its process crashed. */
export class AttemptsExhaustedError extends JobsError {
  override readonly name = 'AttemptsExhaustedError'
  readonly code = 'attempts_exhausted'

  constructor({ definitionId, maxAttempts }: { definitionId: string; maxAttempts: number }) {
    const problem =
      maxAttempts === 1
        ? `The only attempt of \`${definitionId}\` reported no result.`
        : `All ${maxAttempts} attempts of \`${definitionId}\` are used up, and the last one reported no result.`
    super(`${problem} Check whether its process crashed, then retry the job.`)
  }

  static override isInstance(error: unknown): error is AttemptsExhaustedError {
    return hasErrorCode(error, 'attempts_exhausted')
  }
}
