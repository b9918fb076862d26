import type { Json } from '@cgk-platform/jobs-core'
import { decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'

import { fromEventName } from './cron-event-name.ts'
import type { IncomingEvent } from './inngest-event.ts'

/**
 * The envelope in an event. One of another producer has none of our record: its tenant is the one that the payload
 * names, and where it names none the handler's checks say so.
 *
 * @param id - the job's id
 */
export function toEnvelope({ name, data, ts }: IncomingEvent, id: string): Envelope {
  const event = fromEventName(name)
  const { _job: record, ...payload } = isRecord(data) ? data : { data }
  // What stands in its place without our version is the payload's own.
  const { payloadJob, ...ours }: Record<string, unknown> =
    isRecord(record) && record['v'] === 1 ? record : { payloadJob: record }
  const whole = payloadJob === undefined ? payload : { ...payload, _job: payloadJob }
  const sentAt = ts ?? 0
  // Read by the core's own decoder, so that a record that somebody else wrote cannot smuggle in a wrong type.
  const known = decodeEnvelope({ tenantId: tenantOf(payload), sentAt, ...ours, v: 1, id, event, payload: whole })
  return known ?? { v: 1, id, event, tenantId: tenantOf(payload), payload: whole as Json, sentAt }
}

/** An empty text where the payload names none: no tenant has it. */
function tenantOf({ tenantId }: Record<string, unknown>): string {
  return typeof tenantId === 'string' ? tenantId : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
