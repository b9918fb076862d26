import type { JobClient } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'
import type { Scope } from '../access/scope-of.ts'

/** Returns the state of the engine. Checks and workers can name what belongs to other tenants, so only users of all tenants see them. */
export async function showEngine(client: JobClient, { tenants }: Access, scope: Scope): Promise<unknown> {
  const seesAll = tenants === 'all'
  const [health, workers, pauses] = await Promise.all([
    client.healthCheck(),
    seesAll ? ifSupported(client.inspect.listWorkers()) : undefined,
    ifSupported(scope.client.listPauses()),
  ])
  const { provider, ok, checks } = health
  return { provider, ok, ...(seesAll && { checks }), workers, pauses }
}

/** Returns nothing if the engine cannot tell, or does not answer: then the health says so. */
async function ifSupported<T>(result: Promise<T>): Promise<T | undefined> {
  return result.catch(() => undefined)
}
