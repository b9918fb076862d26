import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { EngineQueue } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'

/** The type and name of a queue. */
export type QueueName = Pick<EngineQueue, 'type' | 'name'>

/**
 * Reads queues with as few requests as possible: pages of the list of all queues or, if this takes fewer requests, one
 * by one. Reads at least one page.
 *
 * @returns the queues that exist, by `queueKey`
 */
export async function readQueues(
  wanted: readonly QueueName[],
  api: TriggerApi,
): Promise<ReadonlyMap<string, EngineQueue>> {
  const found = new Map<string, EngineQueue>()
  const missing = (): QueueName[] => wanted.filter((queue) => !found.has(queueKey(queue)))
  let total: number
  let pagesLeft: number
  let page = 0
  do {
    // In order, because a deployment in between moves queues to later pages.
    const { queues, count, totalPages } = await api.listQueues(++page)
    for (const queue of queues) found.set(queueKey(queue), queue)
    total = count
    pagesLeft = totalPages - page
  } while (pagesLeft > 0 && pagesLeft <= missing().length)
  // A complete list may have fewer queues than it counts: queues of the same name can change places between two pages.
  if (found.size < total) {
    await mapWithConcurrency(missing(), async (one) => {
      const queue = await api.queue(one.type, one.name)
      if (queue) found.set(queueKey(one), queue)
    })
  }
  return found
}

/** Returns a string that identifies a queue. */
export function queueKey({ type, name }: QueueName): string {
  return `${type} ${name}`
}
