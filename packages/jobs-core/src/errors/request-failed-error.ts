import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The engine could not be reached, or did not answer as it should, for something other than a send. */
export class RequestFailedError extends JobsError {
  override readonly name = 'RequestFailedError'
  readonly code = 'request_failed'
  /** The engine that did not answer, or refused. */
  readonly provider: string
  /** The HTTP status, where there was an answer. */
  declare readonly status?: number

  /** @param remedy - what to do, as a sentence; default: it may be tried again */
  constructor(
    {
      provider,
      operation,
      problem,
      status,
      remedy = 'Nothing was changed as far as is known, so it can be tried again.',
    }: { provider: string; operation: string; problem: string; status?: number | undefined; remedy?: string },
    options?: ErrorOptions,
  ) {
    super(`\`${provider}\` did not answer ${operation}: ${problem}. ${remedy}`, options)
    this.provider = provider
    if (status !== undefined) this.status = status
  }

  static override isInstance(error: unknown): error is RequestFailedError {
    return hasErrorCode(error, 'request_failed')
  }
}
