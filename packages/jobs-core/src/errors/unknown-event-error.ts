import { jobEventPrefix } from '../values/reserved-names.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown for an event that is neither built in nor declared with `defineEvents` or `createJobs`. */
export class UnknownEventError extends JobsError {
  override readonly name = 'UnknownEventError'
  readonly code = 'unknown_event'
  /** The name of the unknown event. */
  readonly event: string
  /** The known event with the most similar name, if any. */
  readonly nearest: string | undefined

  /**
   * @param facts - the event and similar names
   * @param facts.isOfProcess - whether `defineEvents` declares the events, and not `createJobs`. Default: true
   * @param facts.handledByJob - if the unknown name is the id of a job, the event that this job handles
   */
  constructor({
    event,
    nearest,
    isOfProcess = true,
    handledByJob,
  }: {
    event: string
    nearest?: string | undefined
    isOfProcess?: boolean
    handledByJob?: string
  }) {
    super(
      `The event ${quote(event)} is unknown. ` +
        (nearest === undefined ? '' : `Did you mean ${quote(nearest)}? `) +
        (handledByJob === undefined && quote(event).startsWith(`\`${jobEventPrefix}`)
          ? 'It is the event of a job with `payload`: import the module that defines the job.'
          : handledByJob === undefined
            ? isOfProcess
              ? `Declare it with ${quote(`defineEvents({ '${event}': schema })`)} before use, or import the module that declares it.`
              : `Declare it with ${quote(`createJobs({ events: { '${event}': schema } })`)}.`
            : `It is the id of a job: send the event that this job handles, ${quote(handledByJob)}.`),
    )
    this.event = event
    this.nearest = nearest
  }

  static override isInstance(error: unknown): error is UnknownEventError {
    return hasErrorCode(error, 'unknown_event')
  }
}
