import type { PauseTarget } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { queuesOfDefinition } from '../read/definition-queues.ts'

/**
 * Pauses or resumes the queues of a definition. Running runs continue, and a pause outlasts deployments.
 *
 * @param jobs - the definitions of this process. They tell which queues are the definition's alone.
 * @throws {RequestFailedError} if Trigger.dev does not respond or has no such queue.
 */
export async function setPaused(
  { definitionId = '' }: PauseTarget, // the client has rejected a tenant, and a definition of another process
  paused: boolean,
  jobs: JobRegistry,
  api: TriggerApi,
): Promise<void> {
  for (const queue of queuesOfDefinition(jobs.get(definitionId)!, jobs)) {
    if (await api.setQueuePaused(queue, paused)) continue
    throw new RequestFailedError({
      provider: 'trigger.dev',
      operation: `${paused ? 'pause' : 'resume'} the queue \`${queue.name}\``,
      problem: 'it does not exist',
      remedy: 'Deploy the tasks, or start `trigger.dev dev`.',
    })
  }
}
