import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'
import { truncate } from './truncate.ts'

/** Maximum number of problems in the message. */
const maxListed = 20
/** Maximum length of a schema's message, which may quote the value. */
const maxMessageCharacters = 300

/** One problem that a schema found in a payload. */
export interface PayloadIssue {
  /** The path of the invalid value, for example `payload.items[2].sku`. */
  readonly path: string
  /** The schema's message. */
  readonly message: string
}

/**
 * Thrown when a payload does not match its event's schema. Payloads are checked when sent, and again before a handler
 * runs.
 */
export class PayloadInvalidError extends JobsError {
  override readonly name = 'PayloadInvalidError'
  readonly code = 'payload_invalid'
  /** The name of the event. */
  readonly event: string
  /** All problems that the schema found. */
  readonly issues: readonly PayloadIssue[]

  constructor({ event, issues }: { event: string; issues: readonly PayloadIssue[] }, options?: ErrorOptions) {
    const lines = issues
      .slice(0, maxListed)
      .map(({ path, message }) => `\n  - ${quote(path)}: ${truncate(message, maxMessageCharacters)}`)
    if (issues.length > maxListed) lines.push(`\n  - ${issues.length - maxListed} more`)
    super(`The payload of ${quote(event)} does not match its schema. Correct these fields:${lines.join('')}`, options)
    this.event = event
    this.issues = issues
  }

  static override isInstance(error: unknown): error is PayloadInvalidError {
    return hasErrorCode(error, 'payload_invalid')
  }
}
