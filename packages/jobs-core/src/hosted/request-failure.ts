/** Facts about a failed request to an engine. */
export interface Failure {
  /** The problem, without a full stop. */
  readonly problem: string
  /** The remedy for the reader, as one or more sentences. Default: no known remedy. */
  readonly remedy?: string | undefined
  /** HTTP status; absent if there was no response. */
  readonly status?: number | undefined
  /** Whether the engine may have carried out the request although it failed. */
  readonly mayHaveSucceeded: boolean
  /** Whether a retry may succeed. */
  readonly isTransient: boolean
  /** Delay that the engine requests before the next request, in milliseconds; absent if it does not say. */
  readonly retryAfterMs?: number | undefined
  /** Whether the response came from the engine itself. A server at a wrong address, or a proxy, also responds. */
  readonly isFromEngine: boolean
}

/** A failed request to an engine. Providers convert it to an error for users. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.problem, options)
    this.failure = failure
  }
}
