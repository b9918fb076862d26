import { claimCronJob, releaseCronJobs } from '@cgk-platform/jobs-core/provider'

import { CronTicker } from './cron-ticker.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { EngineView } from './engine-view.ts'
import { createTickHost } from './tick-host.ts'

/** Creates the cron ticker of an engine. */
export function createCronTicker(
  { host, clock, store, exclusiveCron }: EngineDependencies,
  engine: EngineView,
): CronTicker {
  return new CronTicker({
    jobs: host.jobs,
    logger: host.logger,
    now: () => clock.now(),
    lastTick: (id) => store.lastTick(id),
    setLastTick: (id, tick) => void store.change(() => store.setLastTick(id, tick), { done: () => undefined }),
    host: () => createTickHost(store, clock, () => engine.wake()),
    claim: (definition) => !exclusiveCron || claimCronJob(definition, engine),
    release: (definition) => releaseCronJobs(engine, definition),
  })
}
