import { toWireEnvelope } from '@cgk-platform/jobs-core/hosted'
import type { Json, Envelope } from '@cgk-platform/jobs-core/provider'

import type { OutgoingEvent } from './inngest-event.ts'

/**
 * Converts an envelope to an Inngest event. The payload's members become the event's data, so Inngest's dashboard and
 * expressions (`event.data.tenantId`) can use them. The rest of the envelope is one member, `_job`. An event without a
 * delay gets no `ts`: a sender whose clock is ahead would delay the job.
 *
 * @param offsetMs - the engine's clock minus the local clock, milliseconds, added to the time of a delayed job
 */
export function toInngestEvent(envelope: Envelope, offsetMs = 0): OutgoingEvent {
  const { id: _, event, payload, ...carried } = toWireEnvelope(envelope)
  const { _job, _inngest, ...data } = payload as Record<string, Json>
  const reserved = { ...(_job !== undefined && { _job }), ...(_inngest !== undefined && { _inngest }) }
  const record = { ...carried, ...(Object.keys(reserved).length > 0 && { reserved }) }
  const { runAt } = carried
  return { name: event, data: { ...data, _job: record }, ...(runAt !== undefined && { ts: runAt + offsetMs }) }
}
