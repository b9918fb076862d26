import type { IncomingEvent } from '../wire/inngest-event.ts'

/** What Inngest calls the event of a run that somebody asked for in its dashboard. */
const invoked = 'inngest/function.invoked'

/** The event of a run, by the name that its function is for: such a run has the payload that was typed there, and what Inngest itself needs beside it. */
export function toTriggerEvent(given: IncomingEvent, name: string): IncomingEvent {
  if (given.name !== invoked) return given
  const { _inngest, ...data } = (given.data ?? {}) as Record<string, unknown>
  return { ...given, name, data }
}
