import { hasErrorCode, JobsError } from './jobs-error.ts'

/** An event name that neither the catalogue nor `defineEvents` knows. */
export class UnknownEventError extends JobsError {
  override readonly name = 'UnknownEventError'
  readonly code = 'unknown_event'
  /** The event that nobody declared. */
  readonly event: string
  /** The known name that is spelled most like it, where one is near. */
  readonly nearest: string | undefined

  /** `handledByJob`: the event of the job that has this id, where somebody sent to a job instead of an event. */
  constructor({
    event,
    nearest,
    handledByJob,
  }: {
    event: string
    nearest?: string | undefined
    handledByJob?: string
  }) {
    super(
      `The event \`${event}\` is unknown. ` +
        (nearest === undefined ? '' : `Did you mean \`${nearest}\`? `) +
        (handledByJob === undefined
          ? `Declare an event of your own with \`defineEvents({ '${event}': schema })\` before it is used, or import the module that does.`
          : `It is the id of a job: send the event that the job handles, \`${handledByJob}\`.`),
    )
    this.event = event
    this.nearest = nearest
  }

  static override isInstance(error: unknown): error is UnknownEventError {
    return hasErrorCode(error, 'unknown_event')
  }
}
