import { JobsError } from './jobs-error.ts'

/** Throw it in a handler when trying again cannot help: the run fails at once, whatever attempts are left. */
export class NonRetryableError extends JobsError {
  override readonly name: string = 'NonRetryableError'
  readonly code: string = 'non_retryable'
  /** Kept apart from `code`, so that a subclass may have a code of its own. */
  readonly retryable = false as const

  static override isInstance(error: unknown): error is NonRetryableError {
    return JobsError.isInstance(error) && 'retryable' in error && error.retryable === false
  }
}
