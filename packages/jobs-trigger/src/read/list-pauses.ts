import type { Pause } from '@cgk-platform/jobs-core'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { definitionOfTask } from '../wire/task-id.ts'
import { isPaused } from './definition-queues.ts'
import { queueKey } from './read-queues.ts'

/** Lists the definitions whose queues are all paused, with one request per 100 queues of the environment. */
export async function listPauses(jobs: JobRegistry | undefined, api: TriggerApi): Promise<Pause[]> {
  const paused = new Set<string>()
  const definitionIds = new Set<string>()
  let pages = 1
  for (let page = 1; page <= pages; page++) {
    const { queues, totalPages } = await api.listQueues(page)
    for (const queue of queues) {
      if (!queue.paused) continue
      paused.add(queueKey(queue))
      const definitionId = queue.type === 'custom' ? definitionOfTask(queue.name) : undefined
      if (definitionId !== undefined) definitionIds.add(definitionId)
    }
    pages = totalPages
  }
  return [...definitionIds].flatMap((definitionId) => (isPaused(definitionId, jobs, paused) ? [{ definitionId }] : []))
}
