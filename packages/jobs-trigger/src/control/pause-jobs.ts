import type { PauseTarget } from '@cgk-platform/jobs-core'
import { RequestFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { queuesOfDefinition } from '../read/definition-queues.ts'

/**
 * Pauses or resumes the queues of a definition. Running runs continue, and a pause outlasts deployments.
 *
 * @param jobs - the definitions of this process. They tell which queues are the definition's alone.
 * @throws {UnsupportedFeatureError} for a definition that this process does not define.
 * @throws {RequestFailedError} if Trigger.dev does not respond or has no such queue.
 */
export async function setPaused(
  { definitionId = '' }: PauseTarget, // the client has rejected a tenant
  paused: boolean,
  jobs: JobRegistry | undefined,
  api: TriggerApi,
): Promise<void> {
  const definition = jobs?.get(definitionId)
  if (!jobs || !definition) throw unknown(definitionId)
  for (const queue of queuesOfDefinition(definition, jobs)) {
    if (await api.setQueuePaused(queue, paused)) continue
    throw new RequestFailedError({
      provider: 'trigger.dev',
      operation: `${paused ? 'pause' : 'resume'} the queue \`${queue.name}\``,
      problem: 'it does not exist',
      remedy: 'Deploy the tasks, or start `trigger.dev dev`.',
    })
  }
}

function unknown(definitionId: string): UnsupportedFeatureError {
  const remedy = `Import the module that defines \`${definitionId}\`, because its queues depend on its event.`
  return new UnsupportedFeatureError({ feature: 'pauseJobs by a sender', provider: 'trigger.dev', remedy })
}
