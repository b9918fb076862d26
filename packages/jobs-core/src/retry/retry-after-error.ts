import { type Duration, toMilliseconds } from '../options/duration.ts'
import { JobsError } from '../errors/jobs-error.ts'

/** Throw this error in a handler to set the time of the next attempt: after a duration, or at a `Date`. */
export class RetryAfterError extends JobsError {
  override readonly name: string = 'RetryAfterError'
  readonly code: string = 'retry_after'
  /** The delay in milliseconds, or the time of the next attempt. */
  readonly retryAfter: number | Date

  /** @throws {InvalidOptionError} if `retryAfter` is neither a duration nor a valid `Date`. */
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
