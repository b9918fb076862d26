import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when an event is declared again with a different schema. */
export class DuplicateEventError extends JobsError {
  override readonly name = 'DuplicateEventError'
  readonly code = 'duplicate_event'
  /** The event that is declared twice. */
  readonly event: string

  constructor({ event, declaredAt }: { event: string; declaredAt: string }) {
    super(
      `The event ${quote(event)} is already declared with another schema (${declaredAt}). ` +
        'Declare it once and import it from there, or choose another name.',
    )
    this.event = event
  }

  static override isInstance(error: unknown): error is DuplicateEventError {
    return hasErrorCode(error, 'duplicate_event')
  }
}
