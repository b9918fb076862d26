import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A run whose last attempt ended without an answer, for example because its process died. */
export class AttemptsExhaustedError extends JobsError {
  override readonly name = 'AttemptsExhaustedError'
  readonly code = 'attempts_exhausted'

  constructor({ definitionId, maxAttempts }: { definitionId: string; maxAttempts: number }) {
    super(
      `All ${maxAttempts} attempts of \`${definitionId}\` are used up and the last gave no answer. ` +
        'Look for a crash of its process, then retry the job.',
    )
  }

  static override isInstance(error: unknown): error is AttemptsExhaustedError {
    return hasErrorCode(error, 'attempts_exhausted')
  }
}
