import { JobsError } from './jobs-error.ts'

/** Throw this error in a handler if a retry cannot help. The run fails at once, even if attempts are left. */
export class NonRetryableError extends JobsError {
  override readonly name: string = 'NonRetryableError'
  readonly code: string = 'non_retryable'
  /** Identifies this class separately from `code`, so that a subclass can have its own code. */
  readonly retryable = false as const

  static override isInstance(error: unknown): error is NonRetryableError {
    return JobsError.isInstance(error) && 'retryable' in error && error.retryable === false
  }
}
