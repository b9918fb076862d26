import { hasErrorCode, JobsError } from './jobs-error.ts'

/** What is known of a request that failed. */
export interface FailedRequest {
  /** The engine that was asked. */
  provider: string
  /** What it was asked, as the end of "did not answer". */
  operation: string
  /** What went wrong, without a full stop. */
  problem: string
  /** The HTTP status, where there was an answer. */
  status?: number | undefined
  /** What to do, as sentences. Default: try again. */
  remedy?: string | undefined
  /** Whether the requested change may have been made although the request failed. Default false. */
  mayHaveSucceeded?: boolean | undefined
}

/** The engine could not be reached, or did not answer as it should, for something other than a send. */
export class RequestFailedError extends JobsError {
  override readonly name = 'RequestFailedError'
  readonly code = 'request_failed'
  /** The engine that did not answer, or refused. */
  readonly provider: string
  /** The HTTP status, where there was an answer. */
  declare readonly status?: number

  constructor(failed: FailedRequest, options?: ErrorOptions) {
    const { provider, operation, problem, status } = failed
    super(`\`${provider}\` did not answer ${operation}: ${problem}. ${remedyFor(failed)}`, options)
    this.provider = provider
    if (status !== undefined) this.status = status
  }

  static override isInstance(error: unknown): error is RequestFailedError {
    return hasErrorCode(error, 'request_failed')
  }
}

function remedyFor({ mayHaveSucceeded = false, remedy }: FailedRequest): string {
  if (mayHaveSucceeded) return 'It may have been done all the same: read the status before you ask again.'
  if (remedy !== undefined) return remedy
  return 'Nothing was changed as far as is known, so it can be tried again.'
}
