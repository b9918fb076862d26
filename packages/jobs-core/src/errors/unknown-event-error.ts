import { jobEventPrefix, signalEventPrefix } from '../values/reserved-names.ts'
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
        remedyFor(event, isOfProcess, handledByJob),
    )
    this.event = event
    this.nearest = nearest
  }

  static override isInstance(error: unknown): error is UnknownEventError {
    return hasErrorCode(error, 'unknown_event')
  }
}

function remedyFor(event: string, isOfProcess: boolean, handledByJob: string | undefined): string {
  const begins = (prefix: string): boolean => quote(event).startsWith(`\`${prefix}`) // any value can be given
  if (begins(signalEventPrefix)) return 'It is the event of a signal: send that with `signalJob`.'
  if (handledByJob !== undefined)
    return `It is the id of a job: send the event that this job handles, ${quote(handledByJob)}.`
  if (begins(jobEventPrefix)) return 'It is the event of a job with `payload`: import the module that defines the job.'
  if (!isOfProcess) return `Declare it with ${quote(`createJobs({ events: { '${event}': schema } })`)}.`
  const declared = quote(`defineEvents({ '${event}': schema })`)
  return `Declare it with ${declared} before use, or import the module that declares it.`
}
