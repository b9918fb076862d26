import { isTransientStatus } from './is-transient-status.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The facts about a failed request. */
export interface FailedRequest {
  /** The name of the provider. */
  provider: string
  /** The failed operation, to complete "Failed to …": `cancel the job job_1`. */
  operation: string
  /** The reason, without a period at the end. */
  problem: string
  /** The HTTP status, if there was a response. */
  status?: number | undefined
  /** The remedy, as complete sentences. Default: try again, unless the status says that it cannot help. */
  remedy?: string | undefined
  /** True if the requested change may have taken effect despite the failure. Default: false. */
  mayHaveSucceeded?: boolean | undefined
}

/** Thrown when a request other than a send fails: the engine was unreachable or responded with an error. */
export class RequestFailedError extends JobsError {
  override readonly name = 'RequestFailedError'
  readonly code = 'request_failed'
  /** The name of the provider. */
  readonly provider: string
  /** The HTTP status, if there was a response. */
  declare readonly status?: number

  constructor(failed: FailedRequest, options?: ErrorOptions) {
    const { provider, operation, problem, status } = failed
    super(`Failed to ${operation} on \`${provider}\`: ${problem}. ${remedyFor(failed)}`, options)
    this.provider = provider
    if (status !== undefined) this.status = status
  }

  static override isInstance(error: unknown): error is RequestFailedError {
    return hasErrorCode(error, 'request_failed')
  }
}

function remedyFor({ mayHaveSucceeded = false, remedy, status }: FailedRequest): string {
  if (mayHaveSucceeded) return 'It may have taken effect anyway: check the status before you try again.'
  if (remedy !== undefined) return remedy
  const canRetry = status === undefined || isTransientStatus(status)
  return canRetry ? 'Nothing was changed. Try again.' : 'Nothing was changed. The same request will fail again.'
}
