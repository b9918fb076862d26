import type { Envelope } from '../events/envelope.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import type { CronContext, JobContext } from '../jobs/job-context.ts'
import type { CronJobDefinition, JobDefinition } from '../jobs/job-definition.ts'
import type { Definition } from '../jobs/definition.ts'
import type { AttemptOptions } from './attempt.ts'
import { scheduledAtOf } from './cron-event.ts'
import { dispatchTick, tenantsOf } from './dispatch-tick.ts'
import { readEvent, toEventMessage } from './read-event.ts'

/** A definition that has one handler. */
export type HandlerDefinition = JobDefinition | CronJobDefinition

/** A handler with its arguments made: what can go wrong before it is called has gone right. */
export interface PreparedCall {
  readonly handle: () => unknown
  /** True where the call is none of a handler, but sends the jobs of a tick. */
  readonly isFanOut?: true
}

/**
 * Reads the envelope for a definition: the payload is parsed again, since other producers exist, and the handler gets
 * a copy of its own.
 *
 * @throws when the envelope does not fit; trying again cannot mend that.
 */
export function prepareCall(
  definition: HandlerDefinition,
  envelope: Envelope,
  context: JobContext,
  tickHost: AttemptOptions['tickHost'],
): PreparedCall | Promise<PreparedCall> {
  if (definition.kind === 'job') {
    const callWith = (event: EventMessage): PreparedCall => ({ handle: () => definition.handler(event, context) })
    const event = readEvent(envelope, context.jobId)
    return event instanceof Promise ? event.then(callWith) : callWith(event)
  }
  const scheduledAt = scheduledAtOf(envelope)
  if (definition.tenants && envelope.tenantId === systemTenantId && tickHost) {
    const tick = scheduledAt.getTime()
    const fanOut = async () => dispatchTick(definition, tick, await tenantsOf(definition), tickHost(definition, tick))
    return { handle: fanOut, isFanOut: true }
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
    const cronContext: CronContext = { ...context, scheduledAt: scheduledAtOrSentAt(envelope) }
    await definition.onFailure(error, cronContext)
  } else {
    await definition.onFailure(error, await readEventLeniently(envelope, context.jobId), context)
  }
}

async function readEventLeniently(envelope: Envelope, jobId: string): Promise<EventMessage> {
  try {
    return await readEvent(envelope, jobId)
  } catch {
    return toEventMessage(envelope, jobId, envelope.payload)
  }
}

/** The tick, or when the envelope was sent where it tells none: that is then why the run has failed. */
function scheduledAtOrSentAt(envelope: Envelope): Date {
  try {
    return scheduledAtOf(envelope)
  } catch {
    return new Date(envelope.sentAt)
  }
}
