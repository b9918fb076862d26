import { entropyOf, type IdSeed, idAt, seedOf, timeOf } from './event-id.ts'
import type { IncomingEvent, OutgoingEvent } from './inngest-event.ts'
import { sha1 } from './sha1.ts'

/** An event that runs nothing: it tells which run undoes one that Inngest has given up. */
const name = 'jobs/undo.begun'

/** The id of a run's note, which all that look for it know; it tells the run's own time. */
export function undoNoteId(runId: string): string {
  const hash = sha1(JSON.stringify(['undo', runId]))
  return idAt({ timeMs: timeOf(runId) ?? 1, entropy: entropyOf(hash) }, 0)
}

/** The note that one run undoes another, and what gives it its id. */
export function toUndoNote(runId: string, undoneBy: string): { readonly event: OutgoingEvent; readonly seed: IdSeed } {
  // In what middleware has to leave as it is.
  return {
    event: { name, data: { _job: { v: 1, sentAt: 0, tenantId: '', undoneBy } } },
    seed: seedOf(undoNoteId(runId)),
  }
}

/** The run that undoes the one which a note is of. */
export function readUndoNote(event: IncomingEvent | undefined): string | undefined {
  const { _job: told } = (event?.name === name ? (event.data ?? {}) : {}) as { _job?: { undoneBy?: unknown } }
  const undoneBy = told?.undoneBy
  return typeof undoneBy === 'string' ? undoneBy : undefined
}
