import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { textOf } from '../errors/quote.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { kindOf } from '../options/kind-of.ts'

/**
 * Returns the name of the event to send, for a name or a definition with `payload`.
 *
 * @throws {UnknownEventError} for a definition with `event`.
 * @throws {InvalidOptionError} for any other value.
 */
export function eventNameOf(event: unknown): string {
  if (typeof event === 'string') return event
  const { kind, id, event: name, payload } = (event ?? {}) as Readonly<Record<string, unknown>>
  if ((kind === 'job' || kind === 'batch' || kind === 'workflow') && typeof name === 'string') {
    if (payload !== undefined) return name
    throw new UnknownEventError({ event: textOf(id), handledByJob: name })
  }
  const remedy = 'Pass the name of the event, or a job with `payload`, first, then the payload.'
  throw new InvalidOptionError({ option: 'event', problem: `is ${kindOf(event)}, not a string`, remedy })
}
