import type { Pause } from '../../jobs/pause.ts'
import type { Feature } from '../../engines/capabilities.ts'
import { requireFeature } from '../../provider/check-support.ts'
import { pauseFeatureOf, pauseFeatures } from '../../provider/pause-features.ts'
import type { PauseOperations } from '../pause-operations.ts'
import { toPauseTarget } from '../to-pause-target.ts'
import { onEach } from './on-each.ts'
import type { RoutedEngine, TenantRoutes } from './tenant-routes.ts'

/** Creates the operations that pause and resume the jobs of a router. */
export function createRoutedPauses(routes: TenantRoutes): PauseOperations {
  return {
    async pauseJobs(given) {
      const target = toPauseTarget('pauseJobs', given)
      const engines = target.tenantId === undefined ? routes.engines : routes.of(target.tenantId)
      // Checked first, so that no engine is paused if another cannot be.
      await Promise.all(engines.map((engine) => requireFeatureOf(engine, pauseFeatureOf(target))))
      await onEach(engines, ({ client }) => client.pauseJobs(target))
    },
    async resumeJobs(given) {
      const target = toPauseTarget('resumeJobs', given)
      // Also on engines that the tenant has left: it may have been paused there.
      await onEach(await enginesWith(routes, [pauseFeatureOf(target)]), ({ client }) => client.resumeJobs(target))
    },
    async listPauses() {
      const engines = await enginesWith(routes, pauseFeatures)
      const pauses = await onEach(engines, ({ client }) => client.listPauses())
      const byTarget = new Map<string, Pause>()
      for (const pause of pauses.flat()) {
        const key = JSON.stringify([pause.definitionId, pause.tenantId])
        byTarget.set(key, earlier(byTarget.get(key) ?? pause, pause))
      }
      return [...byTarget.values()]
    },
  }
}

/** Returns the engines that support one of the features. @throws {UnsupportedFeatureError} if none does. */
async function enginesWith({ engines }: TenantRoutes, features: readonly Feature[]): Promise<RoutedEngine[]> {
  const supports = await Promise.all(
    engines.map(async ({ client }) => {
      const capabilities = await client.capabilities()
      return features.some((feature) => capabilities.features[feature]?.supported)
    }),
  )
  const able = engines.filter((_engine, index) => supports[index])
  if (able.length === 0) await requireFeatureOf(engines[0], features[0]!)
  return able
}

async function requireFeatureOf({ name, client }: RoutedEngine, feature: Feature): Promise<void> {
  requireFeature({ name, capabilities: await client.capabilities() }, feature)
}

function earlier(one: Pause, other: Pause): Pause {
  return other.since && (!one.since || other.since < one.since) ? other : one
}
