import type { Definition } from '@cgk-platform/jobs-core'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import { eventTaskId, jobTaskId } from '../wire/task-id.ts'
import { inlineDefinition } from './inline-definition.ts'
import { queueKey, type QueueName } from './read-queues.ts'

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
  const own = ownQueueOf(definition.id)
  if (definition.kind === 'cron') return [own]
  const isInline = inlineDefinition(definition.event, jobs.subscribers(definition.event))?.id === definition.id
  return isInline ? [own, eventQueueOf(definition.event)] : [own]
}

/**
 * Returns true if all queues of a definition are paused. Of a definition that this process does not define, only its own
 * queue is known.
 *
 * @param paused - the keys of all paused queues, from `queueKey`
 */
export function isPaused(definitionId: string, jobs: JobRegistry | undefined, paused: ReadonlySet<string>): boolean {
  const definition = jobs?.get(definitionId)
  const queues = jobs && definition ? queuesOfDefinition(definition, jobs) : [ownQueueOf(definitionId)]
  return queues.every((queue) => paused.has(queueKey(queue)))
}
