import { signalEventPrefix } from '../values/reserved-names.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when an event is declared again with a different schema, or a built-in event is replaced after its first use. */
export class DuplicateEventError extends JobsError {
  override readonly name = 'DuplicateEventError'
  readonly code = 'duplicate_event'
  /** The event that is declared twice. */
  readonly event: string

  /** @param declaredAt - the location of the first declaration. Absent: the event is built in. */
  constructor({ event, declaredAt }: { event: string; declaredAt?: string }) {
    const signal = new RegExp(`^${signalEventPrefix}(.+)`, 's').exec(event)?.[1]
    super(
      declaredAt === undefined
        ? `Cannot replace the built-in event ${quote(event)} after its first use. Call \`defineEvents\` first: import ` +
            'the module that declares your events before those that send the event, handle it or wait for it.'
        : `${signal === undefined ? `The event ${quote(event)}` : `The signal ${quote(signal)}`} is already declared with another schema (${declaredAt}). ` +
            'Declare it once and import it from there, or choose another name.',
    )
    this.event = event
  }

  static override isInstance(error: unknown): error is DuplicateEventError {
    return hasErrorCode(error, 'duplicate_event')
  }
}
