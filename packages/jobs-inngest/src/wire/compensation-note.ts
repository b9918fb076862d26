import { entropyOf, type IdSeed, idAt, seedOf, timeOf } from './event-id.ts'
import type { IncomingEvent, OutgoingEvent } from './inngest-event.ts'
import { sha1 } from './sha1.ts'

/** An event that runs nothing: it tells which run compensates one that Inngest has given up. */
const name = 'jobs/compensation.begun'

/** The id of a run's note, which all that look for it know; it tells the run's own time. */
export function compensationNoteId(runId: string): string {
  const hash = sha1(JSON.stringify(['compensation', runId]))
  return idAt({ timeMs: timeOf(runId) ?? 1, entropy: entropyOf(hash) }, 0)
}

/** The note that one run compensates another, and what gives it its id. */
export function toCompensationNote(
  runId: string,
  compensatedBy: string,
): { readonly event: OutgoingEvent; readonly seed: IdSeed } {
  // In what middleware has to leave as it is.
  return {
    event: { name, data: { _job: { v: 1, sentAt: 0, tenantId: '', compensatedBy } } },
    seed: seedOf(compensationNoteId(runId)),
  }
}

/** The run that compensates the one which a note is of. */
export function readCompensationNote(event: IncomingEvent | undefined): string | undefined {
  const { _job: told } = (event?.name === name ? (event.data ?? {}) : {}) as { _job?: { compensatedBy?: unknown } }
  const compensatedBy = told?.compensatedBy
  return typeof compensatedBy === 'string' ? compensatedBy : undefined
}
