/** What is known of a request that did not succeed. */
export interface Failure {
  /** What went wrong, without a full stop. */
  readonly problem: string
  /** What to do about it, without a full stop, where that is known. */
  readonly advice?: string | undefined
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** Whether what was asked for may have been done all the same. */
  readonly maybe: boolean
  /** Whether asking again may mend it. */
  readonly isPassing: boolean
  /** How long the server asks to be left alone, in milliseconds, where it says so. */
  readonly retryAfterMs?: number | undefined
  /** True where it is Trigger.dev itself that says so: a wrong address answers, too. */
  readonly isOwnWord: boolean
}

/** A request to Trigger.dev that did not succeed. Those who asked make an error of it that users see. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.problem, options)
    this.failure = failure
  }
}
