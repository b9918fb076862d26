import type { ErrorJson } from '../api-types.ts'

/** Thrown to answer a request with an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly error: ErrorJson['error']

  constructor(status: number, code: string, message: string, more: Partial<ErrorJson['error']> = {}) {
    super(message)
    this.status = status
    this.error = { code, message, ...more }
  }
}
