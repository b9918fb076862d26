import type { Pause } from '@cgk-platform/jobs-core'

import type { TriggerApi } from '../api/trigger-api.ts'
import { definitionOfTask } from '../wire/task-id.ts'

/** Lists the definitions whose own queue is paused, with one request per 100 queues of the environment. */
export async function listPauses(api: TriggerApi): Promise<Pause[]> {
  const paused = new Set<string>()
  let pages = 1
  for (let page = 1; page <= pages; page++) {
    const { queues, totalPages } = await api.listQueues(page)
    for (const queue of queues) if (queue.paused && queue.type === 'custom') paused.add(queue.name)
    pages = totalPages
  }
  return [...paused].flatMap((name) => {
    const definitionId = definitionOfTask(name)
    return definitionId === undefined ? [] : [{ definitionId }]
  })
}
