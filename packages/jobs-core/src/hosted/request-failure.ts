/** What is known of a request to an engine that did not succeed. */
export interface Failure {
  /** What went wrong, without a full stop. */
  readonly problem: string
  /** What to do about it, as the end of a sentence, where that is known. */
  readonly advice?: string | undefined
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** Whether the engine may have done what it was asked to do. */
  readonly mayBeDone: boolean
  /** Whether another try may succeed. */
  readonly isPassing: boolean
  /** How long the engine asks to be left alone, in milliseconds, where it says so. */
  readonly retryAfterMs?: number | undefined
  /** True where the engine itself says so: a wrong address answers, too. */
  readonly isOwnWord: boolean
}

/** A request to an engine that did not succeed. Providers turn it into an error for users. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.problem, options)
    this.failure = failure
  }
}
