import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Reported when an attempt ran longer than its definition's `timeout`. The attempt counts as failed. */
export class JobTimeoutError extends JobsError {
  override readonly name = 'JobTimeoutError'
  readonly code = 'job_timeout'
  /** The definition's `timeout`, in milliseconds. */
  readonly timeoutMs: number

  constructor({ definitionId, timeoutMs }: { definitionId: string; timeoutMs: number }) {
    super(
      `The attempt of \`${definitionId}\` exceeded its timeout of ${timeoutMs} ms. ` +
        'Stop the work when `context.signal` aborts, or raise `timeout`.',
    )
    this.timeoutMs = timeoutMs
  }

  static override isInstance(error: unknown): error is JobTimeoutError {
    return hasErrorCode(error, 'job_timeout')
  }
}
