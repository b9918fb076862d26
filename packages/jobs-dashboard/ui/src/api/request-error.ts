/** A request that failed. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  /** The HTTP status; 0 if there was no response. */
  readonly status: number
  /** The code of the error. */
  readonly code: string
  /** The parts of the request that are wrong, by path. */
  readonly issues: readonly { readonly path: string; readonly message: string }[]

  constructor(status: number, code: string, message: string, issues: RequestError['issues'] = []) {
    super(message)
    this.status = status
    this.code = code
    this.issues = issues
  }

  /** True if the same request can work later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || (this.status >= 500 && this.status !== 501)
  }
}
