import { type Json, type Envelope, toWireEnvelope } from '@cgk-platform/jobs-core/provider'

import type { OutgoingEvent } from './inngest-event.ts'

/**
 * Puts an envelope into an event. The payload's members are the event's data, so that Inngest's dashboard shows them and
 * Inngest's own expressions (`event.data.tenantId`) find them. All else of the envelope is one member, `_job`, which
 * nobody here takes apart. A job that shall run now has no time of its own: a sender whose clock is ahead would delay it.
 *
 * @param offsetMs - the engine's clock less ours, by which it keeps the time of a delayed one
 */
export function toInngestEvent(envelope: Envelope, offsetMs = 0): OutgoingEvent {
  const { id: _, event, payload, ...carried } = toWireEnvelope(envelope)
  const { _job: payloadJob, ...data } = payload as Record<string, Json>
  const record = { ...carried, ...(payloadJob !== undefined && { payloadJob }) }
  const { runAt } = carried
  return { name: event, data: { ...data, _job: record }, ...(runAt !== undefined && { ts: runAt + offsetMs }) }
}
