import { hasErrorCode, JobsError } from './jobs-error.ts'

/** An event name that neither the catalogue nor `defineEvents` knows. */
export class UnknownEventError extends JobsError {
  override readonly name = 'UnknownEventError'
  readonly code = 'unknown_event'
  readonly event: string
  /** The known name that is spelled most like it, where one is near. */
  readonly nearest: string | undefined

  constructor({ event, nearest }: { event: string; nearest?: string | undefined }) {
    super(
      `The event \`${event}\` is unknown. ` +
        (nearest === undefined ? '' : `Did you mean \`${nearest}\`? `) +
        `Declare an event of your own with \`defineEvents({ '${event}': schema })\` before it is used.`,
    )
    this.event = event
    this.nearest = nearest
  }

  static override isInstance(error: unknown): error is UnknownEventError {
    return hasErrorCode(error, 'unknown_event')
  }
}
