import { entropyOf, type IdSeed, idAt, seedOfId, timeOfId } from './event-id.ts'
import type { IncomingEvent, OutgoingEvent } from './inngest-event.ts'
import { sha1 } from './sha1.ts'

/** An event that triggers no function. It records which run compensates a run that Inngest has failed. */
const name = 'jobs/compensation.begun'

/** Returns the id of a run's marker event. Every reader can derive it; its timestamp is that of the run. */
export function compensationMarkerId(runId: string): string {
  const hash = sha1(JSON.stringify(['compensation', runId]))
  return idAt({ timeMs: timeOfId(runId) ?? 1, entropy: entropyOf(hash) }, 0)
}

/** Returns the marker event that one run compensates another, with the seed that gives the event its id. */
export function toCompensationMarker(
  runId: string,
  compensatedBy: string,
): { readonly event: OutgoingEvent; readonly seed: IdSeed } {
  // The facts are in `_job`, which middleware of the app must not change.
  return {
    event: { name, data: { _job: { v: 1, sentAt: 0, tenantId: '', compensatedBy } } },
    seed: seedOfId(compensationMarkerId(runId)),
  }
}

/** Returns the id of the compensating run from a marker event; `undefined` for any other event. */
export function readCompensationMarker(event: IncomingEvent | undefined): string | undefined {
  const { _job: record } = (event?.name === name ? (event.data ?? {}) : {}) as { _job?: { compensatedBy?: unknown } }
  const compensatedBy = record?.compensatedBy
  return typeof compensatedBy === 'string' ? compensatedBy : undefined
}
