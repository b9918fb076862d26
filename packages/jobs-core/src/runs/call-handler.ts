import { TenantRequiredError } from '../errors/tenant-required-error.ts'
import { requireEvent } from '../events/event-registry.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent, JobPayload } from '../events/job-events.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import { toJson } from '../events/to-json.ts'
import { validatePayload } from '../events/validate-payload.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { CronContext, JobContext } from '../jobs/job-context.ts'
import type { CronJobDefinition, Definition } from '../jobs/job-definition.ts'
import { scheduledAtOf } from './cron-event.ts'

/** Sends the jobs of a tick that is fanned out over tenants; what it answers is the dispatching run's output. */
export type FanOut = (definition: CronJobDefinition, tick: number) => Promise<unknown>

/** A handler with its arguments made: what can go wrong before it is called has gone right. */
export interface PreparedCall {
  handle(): unknown
}

/**
 * Reads the envelope for a definition: the payload is parsed again, since other producers exist, and the handler gets
 * a copy of its own.
 *
 * @throws when the envelope does not fit; trying again cannot mend that.
 */
export async function prepareCall(
  definition: Definition,
  envelope: Envelope,
  context: JobContext,
  fanOut: FanOut | undefined,
): Promise<PreparedCall> {
  if (definition.kind === 'job') {
    const event = await readEvent(envelope, context.jobId)
    return { handle: () => definition.handler(event, context) }
  }
  const scheduledAt = scheduledAtOf(envelope)
  if (definition.tenants && envelope.tenantId === systemTenantId && fanOut) {
    return { handle: () => fanOut(definition, scheduledAt.getTime()) }
  }
  return { handle: () => definition.handler({ ...context, scheduledAt }) }
}

/** Calls the definition's `onFailure`, with the payload as it came where it does not fit the schema. */
export async function callOnFailure(
  definition: Definition,
  envelope: Envelope,
  context: JobContext,
  error: Error,
): Promise<void> {
  if (!definition.onFailure) return
  if (definition.kind === 'cron') {
    const cronContext: CronContext = { ...context, scheduledAt: tickOrSendOf(envelope) }
    await definition.onFailure(error, cronContext)
  } else {
    const event = await readEvent(envelope, context.jobId).catch(() =>
      toMessage(envelope, context.jobId, envelope.payload),
    )
    await definition.onFailure(error, event, context)
  }
}

/** The tick, or when the envelope was sent where it tells none: that is then why the run has failed. */
function tickOrSendOf(envelope: Envelope): Date {
  try {
    return scheduledAtOf(envelope)
  } catch {
    return new Date(envelope.sentAt)
  }
}

async function readEvent(envelope: Envelope, jobId: string): Promise<EventMessage> {
  const { event, tenantId } = envelope
  const { json } = toJson(envelope.payload, 'payload')
  const sender = (json as { tenantId?: unknown } | null)?.tenantId
  const problem = tenantProblem(sender) ?? (sender === tenantId ? undefined : 'is not the one of the envelope')
  if (problem) throw new TenantRequiredError({ event, problem })
  const schema = requireEvent(event).schema
  return toMessage(envelope, jobId, await validatePayload(event, schema, json))
}

function toMessage({ event, tenantId, sentAt }: Envelope, id: string, payload: unknown): EventMessage {
  // A schema that does not name the tenant may have dropped it. What it made that is no plain object stays as it is.
  const withTenant = isPlainObject(payload) && !('tenantId' in payload) ? { ...payload, tenantId } : payload
  return { id, name: event as JobEvent, payload: withTenant as JobPayload, sentAt: new Date(sentAt) }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
