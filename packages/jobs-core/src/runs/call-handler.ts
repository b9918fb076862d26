import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import type { Envelope } from '../events/envelope.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { CronContext, JobContext } from '../jobs/job-context.ts'
import type { CronJobDefinition, JobDefinition } from '../jobs/job-definition.ts'
import type { Definition, EventDefinition } from '../jobs/definition.ts'
import { isObserving } from '../hooks/is-observing.ts'
import type { Attempt } from './attempt.ts'
import { scheduledAtOf } from '../jobs/cron-event.ts'
import { dispatchTick, tenantsOf } from './dispatch-tick.ts'
import { observedTickHost } from './observed-tick-host.ts'
import { readEvent, toEventMessage } from './read-event.ts'

/** A definition with a handler, so not a workflow. */
export type HandlerDefinition = JobDefinition | CronJobDefinition

const skippedMessage = 'A cron tick was skipped for tenants whose previous run has not ended.'

/** The most tenants that one line names. */
const maxLoggedTenants = 100

/** Runs the call of a handler. */
export interface CallRunner {
  /** @param isFanOut - whether the call sends the jobs of a tick instead */
  run(handle: () => unknown, isFanOut?: true): unknown
}

/**
 * Validates the envelope of an attempt, then passes the call of its handler to `runner` and returns its result. The payload
 * is parsed again, because events can come from other producers. The handler gets its own copy.
 *
 * @throws if the envelope is invalid. A retry cannot help.
 */
export function callHandler(
  attempt: Attempt & { readonly definition: HandlerDefinition },
  context: JobContext,
  runner: CallRunner,
): unknown {
  const { definition, envelope, host } = attempt
  if (definition.kind === 'job') {
    const event = readEvent(envelope, definition.event, context.jobId, eventRegistryOf(definition))
    return event instanceof Promise
      ? event.then((late) => runner.run(() => definition.handler(late, context)))
      : runner.run(() => definition.handler(event, context))
  }
  const scheduledAt = scheduledAtOf(envelope)
  const { tickHost, instrument } = host
  if (definition.tenants && envelope.tenantId === systemTenantId && tickHost) {
    const tick = scheduledAt.getTime()
    const fanOut = async () => {
      const tenantIds = await tenantsOf(definition)
      const ticks = tickHost(definition, tick)
      const { sent, skipped } = await dispatchTick(
        definition,
        tick,
        tenantIds,
        isObserving(instrument) ? observedTickHost(ticks, attempt, instrument) : ticks,
      )
      if (skipped.length > 0) attempt.log('info', skippedMessage, { tenantIds: skipped.slice(0, maxLoggedTenants) })
      // Counts alone, because not all who may read jobs of the platform may know its tenants.
      return { sent, skipped: skipped.length }
    }
    return runner.run(fanOut, true)
  }
  return runner.run(() => definition.handler(Object.assign(context, { scheduledAt })))
}

/** Calls the definition's `onFailure`. It gets the raw payload if the payload does not match the schema. */
export async function callOnFailure(
  definition: Definition,
  envelope: Envelope,
  context: JobContext,
  error: Error,
): Promise<void> {
  if (!definition.onFailure) return
  if (definition.kind === 'cron') {
    const cronContext: CronContext = Object.assign(context, { scheduledAt: scheduledAtOrSentAt(envelope) })
    await definition.onFailure(error, cronContext)
  } else {
    await definition.onFailure(error, await readEventLeniently(envelope, definition, context.jobId), context)
  }
}

async function readEventLeniently(
  envelope: Envelope,
  definition: EventDefinition,
  jobId: string,
): Promise<EventMessage> {
  const { event } = definition
  try {
    return await readEvent(envelope, event, jobId, eventRegistryOf(definition))
  } catch {
    return toEventMessage(envelope, event, jobId, envelope.payload)
  }
}

/** Returns the time of the send if the envelope has no tick. The run has then failed for that reason. */
function scheduledAtOrSentAt(envelope: Envelope): Date {
  try {
    return scheduledAtOf(envelope)
  } catch {
    return new Date(envelope.sentAt)
  }
}
