import type { Json } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { JobRecord, OutgoingEvent } from './inngest-event.ts'

/**
 * Puts an envelope into Inngest's words. A job that shall run now has no time of its own: a sender whose clock is ahead
 * would delay it.
 *
 * @param offsetMs - the engine's clock less ours, by which it keeps the time of a delayed one
 */
export function toInngestEvent(envelope: Envelope, offsetMs = 0): OutgoingEvent {
  const { event, tenantId, sentAt, runAt, maxAttempts, traceparent } = envelope
  const { _job: payloadJob, ...payload } = envelope.payload as Record<string, Json>
  const record: JobRecord = {
    v: 1,
    sentAt,
    tenantId,
    ...(runAt !== undefined && { runAt }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(traceparent !== undefined && { traceparent }),
    ...(payloadJob !== undefined && { payloadJob }),
  }
  return { name: event, data: { ...payload, _job: record }, ...(runAt !== undefined && { ts: runAt + offsetMs }) }
}
