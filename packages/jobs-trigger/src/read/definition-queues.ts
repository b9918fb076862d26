import type { Definition } from '@cgk-platform/jobs-core'
import { eventOf, type JobRegistry } from '@cgk-platform/jobs-core/provider'

import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import { inlineDefinition, startsRuns } from './inline-definition.ts'
import type { QueueName } from './read-queues.ts'

/** Returns the queue of a definition's own task. It has the same name with and without a limit, so a pause outlasts both. */
export function ownQueueOf(definitionId: string): QueueName {
  return { type: 'custom', name: jobTaskId(definitionId) }
}

/** Returns the queue of the task that an event's senders trigger. */
export function eventQueueOf(event: string): QueueName {
  return { type: 'task', name: eventTaskId(event) }
}

/**
 * Returns the queues in which the runs of one definition wait, and no others: that of its own task and, if the event's
 * run makes its attempts, that of the event's task. The event's runs of a cron job only start others.
 *
 * @param jobs - all definitions that are hosted
 */
export function queuesOfDefinition(definition: Definition, jobs: JobRegistry): QueueName[] {
  const event = eventOf(definition)
  const handling = jobs.all().filter((one) => eventOf(one) === event && startsRuns(one))
  const isInline = definition.kind !== 'cron' && inlineDefinition(handling)?.id === definition.id
  return [ownQueueOf(definition.id), ...(isInline ? [eventQueueOf(event)] : [])]
}
