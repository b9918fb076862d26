import type { IncomingEvent } from '../wire/inngest-event.ts'

/** The event name of a run that was invoked in Inngest's dashboard. */
const invoked = 'inngest/function.invoked'

/**
 * Converts the event of an invoked run to the event that triggers its function: its name, and the payload entered in
 * the dashboard without Inngest's own data. Returns other events unchanged.
 */
export function toTriggerEvent(event: IncomingEvent, name: string): IncomingEvent {
  if (event.name !== invoked) return event
  const { _inngest, ...data } = (event.data ?? {}) as Record<string, unknown>
  return { ...event, name, data }
}
