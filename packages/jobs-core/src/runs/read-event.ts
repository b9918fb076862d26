import { TenantRequiredError } from '../errors/tenant-required-error.ts'
import { requireEvent } from '../events/event-registry.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent, JobPayload } from '../events/job-events.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import { toJson } from '../events/to-json.ts'
import { validatePayload } from '../events/validate-payload.ts'
import type { EventMessage } from '../jobs/event-message.ts'

/**
 * Returns the event for its handler. The payload is parsed again, because events can come from other producers, and
 * is a copy. Returns a promise only if the schema is asynchronous.
 *
 * @throws {TenantRequiredError}
 * @throws {PayloadInvalidError}
 * @throws {UnknownEventError}
 */
export function readEvent(envelope: Envelope, jobId: string): EventMessage | Promise<EventMessage> {
  const { event, tenantId } = envelope
  const { json } = toJson(envelope.payload, 'payload')
  const sender = (json as { tenantId?: unknown } | null)?.tenantId
  // Only an envelope of this library can have the platform's tenant: `toExternalEnvelope` never sets it.
  const problem =
    tenantProblem(sender, tenantId === systemTenantId) ??
    (sender === tenantId ? undefined : 'is not the one of the envelope')
  if (problem) throw new TenantRequiredError({ event, problem, tenantId: sender })
  const schema = requireEvent(event).schema
  const payload = validatePayload(event, schema, json)
  return payload instanceof Promise ? readLate(envelope, jobId, payload) : toEventMessage(envelope, jobId, payload)
}

async function readLate(envelope: Envelope, jobId: string, payload: Promise<unknown>): Promise<EventMessage> {
  return toEventMessage(envelope, jobId, await payload)
}

/** Returns an event with this payload, unvalidated. */
export function toEventMessage({ event, tenantId, sentAt }: Envelope, id: string, payload: unknown): EventMessage {
  // A schema without `tenantId` may have dropped it. A parsed payload that is not a plain object does not change.
  const withTenant = isPlainObject(payload) && !('tenantId' in payload) ? { ...payload, tenantId } : payload
  return { id, name: event as JobEvent, payload: withTenant as JobPayload, sentAt: new Date(sentAt) }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
