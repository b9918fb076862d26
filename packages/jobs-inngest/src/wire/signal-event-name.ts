import { signalOf } from '@cgk-platform/jobs-core/hosted'

import { sha1 } from './sha1.ts'

/**
 * Returns the event name on Inngest of a signal to a job. It ends with one of 256 numbers that follows from the job: the
 * history of events has no other filter, and a wait reads the signals of its name. Other names stay as they are.
 */
export function toSignalEventName(event: string, jobId: unknown): string {
  return signalOf(event) === undefined ? event : `${event}/${sha1(String(jobId)).slice(0, 2)}`
}

/** Returns the event of a signal for its name on Inngest. Other names stay as they are. */
export function fromSignalEventName(name: string): string {
  return signalOf(name) === undefined ? name : name.slice(0, name.lastIndexOf('/'))
}

/** Returns true if a list must read the events of all names, and keep those of the signal that it is of. */
export function isOfSignal(event: string | undefined): event is string {
  return event !== undefined && signalOf(event) !== undefined
}
