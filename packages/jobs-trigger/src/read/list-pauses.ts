import type { Pause } from '@cgk-platform/jobs-core'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { definitionOfTask } from '../wire/task-id.ts'
import { ownQueueOf, queuesOfDefinition } from './definition-queues.ts'
import { queueKey } from './read-queues.ts'

/**
 * Lists the definitions whose queues are all paused, with one request per 100 queues of the environment. Of a definition
 * that this process does not define, only its own queue is known.
 */
export async function listPauses(jobs: JobRegistry | undefined, api: TriggerApi): Promise<Pause[]> {
  const paused = new Map<string, string>()
  let pages = 1
  for (let page = 1; page <= pages; page++) {
    const { queues, totalPages } = await api.listQueues(page)
    for (const queue of queues) if (queue.paused) paused.set(queueKey(queue), queue.name)
    pages = totalPages
  }
  return [...paused.values()].flatMap((name) => {
    const definitionId = definitionOfTask(name)
    if (definitionId === undefined) return []
    const definition = jobs?.get(definitionId)
    const queues = jobs && definition ? queuesOfDefinition(definition, jobs) : [ownQueueOf(definitionId)]
    return queues.every((queue) => paused.has(queueKey(queue))) ? [{ definitionId }] : []
  })
}
