import { hasErrorCode, JobsError } from './jobs-error.ts'

/** An event name declared a second time with another schema. */
export class DuplicateEventError extends JobsError {
  override readonly name = 'DuplicateEventError'
  readonly code = 'duplicate_event'
  /** The event that was declared twice. */
  readonly event: string

  constructor({ event, declaredAt }: { event: string; declaredAt: string }) {
    super(
      `The event \`${event}\` is declared already, with another schema (${declaredAt}). ` +
        'Declare it once and import that declaration, or choose another name.',
    )
    this.event = event
  }

  static override isInstance(error: unknown): error is DuplicateEventError {
    return hasErrorCode(error, 'duplicate_event')
  }
}
