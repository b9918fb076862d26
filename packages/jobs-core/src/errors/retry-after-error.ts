import { type Duration, toMilliseconds } from '../time/duration.ts'
import { JobsError } from './jobs-error.ts'

/** Throw it in a handler to say when the next attempt shall be: after a duration, or at a `Date`. */
export class RetryAfterError extends JobsError {
  override readonly name: string = 'RetryAfterError'
  readonly code: string = 'retry_after'
  /** A delay in milliseconds, or the instant itself. */
  readonly retryAfter: number | Date

  /** @throws {InvalidOptionError} when `retryAfter` is neither a duration nor a valid `Date`. */
  constructor(message: string, retryAfter: number | Duration | Date, options?: ErrorOptions) {
    super(message, options)
    this.retryAfter =
      retryAfter instanceof Date && !Number.isNaN(retryAfter.getTime())
        ? retryAfter
        : toMilliseconds(retryAfter as number | Duration, 'retryAfter')
  }

  static override isInstance(error: unknown): error is RetryAfterError {
    return JobsError.isInstance(error) && 'retryAfter' in error
  }
}
