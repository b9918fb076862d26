import type { JobClient, PauseTarget } from '@cgk-platform/jobs-core'
import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

/**
 * Returns a warning if a paused definition is probably misspelled: this process does not have it, and no running worker
 * does. Returns `undefined` on engines that do not list their workers.
 */
export async function warningOfPause(
  { inspect, capabilities }: JobClient,
  { definitionId }: PauseTarget,
): Promise<string | undefined> {
  if (definitionId === undefined) return undefined
  const { features } = await capabilities()
  if (!features['inspect.listWorkers'].supported) return undefined
  const workers = await inspect.listWorkers()
  const known = [
    ...(await inspect.listDefinitions()).map(({ id }) => id),
    ...workers.flatMap((one) => one.definitionIds),
  ]
  if (known.includes(definitionId)) return undefined
  return `No running worker has the definition \`${escapeInvisible(definitionId)}\`. Check its id.`
}
