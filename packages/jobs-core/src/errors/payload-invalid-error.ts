import { hasErrorCode, JobsError } from './jobs-error.ts'

/** One thing that a schema found wrong. `path` reads like code, for example `payload.items[2].sku`. */
export interface PayloadIssue {
  /** Where, as code would read it: `payload.items[2].sku`. */
  readonly path: string
  /** What is wrong there, in the schema's words. */
  readonly message: string
}

/** A payload that does not fit its event's schema. Thrown at the send, and again before a handler would see it. */
export class PayloadInvalidError extends JobsError {
  override readonly name = 'PayloadInvalidError'
  readonly code = 'payload_invalid'
  /** The event whose schema the payload does not fit. */
  readonly event: string
  /** Every issue that the schema reported, not only the first. */
  readonly issues: readonly PayloadIssue[]

  constructor({ event, issues }: { event: string; issues: readonly PayloadIssue[] }, options?: ErrorOptions) {
    const lines = issues.map(({ path, message }) => `\n  - \`${path}\`: ${message}`)
    super(`The payload of \`${event}\` does not fit its schema. Correct these fields:${lines.join('')}`, options)
    this.event = event
    this.issues = issues
  }

  static override isInstance(error: unknown): error is PayloadInvalidError {
    return hasErrorCode(error, 'payload_invalid')
  }
}
