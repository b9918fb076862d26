import { claimCronJob, hasTenantRouter, pause, releaseCronJobs } from '@cgk-platform/jobs-core/provider'

import { CronTicker } from './cron-ticker.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { EngineView } from './engine-view.ts'
import { createTickHost } from './tick-host.ts'

/** Creates the cron ticker of an engine. */
export function createCronTicker(dependencies: EngineDependencies, engine: EngineView): CronTicker {
  const { host, clock, store, exclusiveCron } = dependencies
  return new CronTicker({
    jobs: host.jobs,
    logger: host.logger,
    now: () => clock.now(),
    lastTick: (id) => store.lastTick(id),
    setLastTick: (id, tick) => void store.change(() => store.setLastTick(id, tick), { done: () => undefined }),
    host: () => createTickHost(dependencies, () => engine.wake()),
    pause: (durationMs) => pause(clock, durationMs),
    claim: (definition) => !exclusiveCron || hasTenantRouter(host.client) || claimCronJob(definition, engine),
    release: (definition) => releaseCronJobs(engine, definition),
  })
}
