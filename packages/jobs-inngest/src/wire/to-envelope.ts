import { toExternalEnvelope } from '@cgk-platform/jobs-core/hosted'
import { type Json, decodeEnvelope, type Envelope } from '@cgk-platform/jobs-core/provider'

import { fromEventName } from './cron-event-name.ts'
import { type IncomingEvent, jobRecordIn } from './inngest-event.ts'

/**
 * Reads the envelope in an event. An event from another producer has no record, or one that cannot be decoded; then its
 * data is the payload.
 *
 * @param id - the job's id
 */
export function toEnvelope({ name, data, ts = 0 }: IncomingEvent, id: string): Envelope {
  const event = fromEventName(name)
  const { _job, ...rest } = isRecord(data) ? data : { data }
  const { reserved, ...carried } = jobRecordIn(data) ?? { reserved: _job === undefined ? {} : { _job } }
  const payload = { ...rest, ...(isRecord(reserved) ? reserved : {}) } as Json
  const external = toExternalEnvelope({ id, event, payload, sentAt: ts })
  return decodeEnvelope({ ...external, ...carried, id, event, payload }) ?? external
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
