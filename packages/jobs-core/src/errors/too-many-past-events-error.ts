import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Reported when a wait with `since` would have to read more earlier events than its engine allows. */
export class TooManyPastEventsError extends JobsError {
  override readonly name = 'TooManyPastEventsError'
  readonly code = 'too_many_past_events'
  /** The id of the wait. */
  readonly stepId: string
  /** The awaited event. */
  readonly event: string
  /** The number of events that the wait read. */
  readonly maxEvents: number

  constructor({ stepId, event, maxEvents }: { stepId: string; event: string; maxEvents: number }) {
    super(
      `The step ${quote(stepId)} found no match in the first ${maxEvents} events ${quote(event)} since its \`since\`, and ` +
        'reads no more. Wait since a later step, or send an event with fewer others of its name.',
    )
    this.stepId = stepId
    this.event = event
    this.maxEvents = maxEvents
  }

  static override isInstance(error: unknown): error is TooManyPastEventsError {
    return hasErrorCode(error, 'too_many_past_events')
  }
}
