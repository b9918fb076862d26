/** An error as JSON, the same on every engine. Any thrown value becomes one, including a string or `undefined`. */
export interface JobErrorInfo {
  /** The error's name, such as `TypeError`. `NonError` for another thrown value without a name or a message. */
  readonly name: string
  /** The error's message, with those of an `AggregateError`, or a description of another thrown value. */
  readonly message: string
  /** The error's `code`; absent if it has none. */
  readonly code?: string
  /** The error's stack; absent if it has none. */
  readonly stack?: string
  /** The error's `cause`, or the first error of an `AggregateError`, at most five levels deep. */
  readonly cause?: JobErrorInfo
}
