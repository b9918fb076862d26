import { TenantRequiredError } from '../errors/tenant-required-error.ts'
import type { EventRegistry } from '../events/event-registry.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent, JobPayload } from '../events/job-events.ts'
import { ownDefinitionIdOf } from '../events/own-event.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import { toJson } from '../events/to-json.ts'
import { validatePayload } from '../events/validate-payload.ts'
import type { EventMessage } from '../jobs/event-message.ts'

/**
 * Returns the event for its handler. The payload is parsed again, because events can come from other producers, and
 * is a copy. Returns a promise only if the schema is asynchronous.
 *
 * @param handled - the event that the definition handles
 * @param events - the events that the definition knows
 * @throws {TenantRequiredError}
 * @throws {PayloadInvalidError}
 * @throws {UnknownEventError}
 */
export function readEvent(
  envelope: Envelope,
  handled: string,
  jobId: string,
  events: EventRegistry,
): EventMessage | Promise<EventMessage> {
  const { tenantId } = envelope
  const event = nameFor(envelope, handled)
  const { json } = toJson(envelope.payload, 'payload')
  const sender = (json as { tenantId?: unknown } | null)?.tenantId
  // Only an envelope of this library can have the platform's tenant: `toExternalEnvelope` never sets it.
  const problem =
    tenantProblem(sender, tenantId === systemTenantId) ??
    (sender === tenantId ? undefined : 'is not the one of the envelope')
  if (problem) throw new TenantRequiredError({ event, problem, tenantId: sender })
  const schema = events.require(event).schema
  const payload = validatePayload(event, schema, json)
  return payload instanceof Promise
    ? payload.then((late) => toEventMessage(envelope, handled, jobId, late))
    : toEventMessage(envelope, handled, jobId, payload)
}

/** Returns the name of the event for its handler. A definition that is sent itself gets the event that it handles. */
function nameFor({ event }: Envelope, handled: string): string {
  return ownDefinitionIdOf(event) === undefined ? event : handled
}

/** Returns an event with this payload, unvalidated. @param handled - the event that the definition handles */
export function toEventMessage(envelope: Envelope, handled: string, id: string, payload: unknown): EventMessage {
  const { tenantId, sentAt } = envelope
  // A schema without `tenantId` may have dropped it. A parsed payload that is not a plain object does not change.
  const withTenant = isPlainObject(payload) && !('tenantId' in payload) ? { ...payload, tenantId } : payload
  return {
    id,
    name: nameFor(envelope, handled) as JobEvent,
    payload: withTenant as JobPayload,
    sentAt: new Date(sentAt),
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
