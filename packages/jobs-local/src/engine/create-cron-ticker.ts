import { claimCronJob, pause, createJobId, type Envelope, type TickHost } from '@cgk-platform/jobs-core/provider'
import { hasTenantRouter, releaseCronJobs } from '@cgk-platform/jobs-core/scheduling'

import { whenDone } from '../store/when-done.ts'
import { CronTicker } from './cron-ticker.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { EngineView } from './engine-view.ts'

/** Creates the cron ticker of an engine. */
export function createCronTicker(dependencies: EngineDependencies, engine: EngineView): CronTicker {
  const { host, clock, store, exclusiveCron } = dependencies
  return new CronTicker({
    jobs: host.jobs,
    logger: host.logger,
    now: () => clock.now(),
    lastTick: (id) => store.lastTick(id),
    setLastTick: (id, tick) => store.setLastTick(id, tick),
    host: () => createTickHost(dependencies, () => engine.wake()),
    pause: (durationMs) => pause(clock, durationMs),
    claim: (definition) => !exclusiveCron || hasTenantRouter(host.client) || claimCronJob(definition, engine),
    release: (definition) => releaseCronJobs(engine, definition),
  })
}

/** Creates the host that dispatches a cron tick as jobs in this store. */
export function createTickHost(
  { store, clock, host: { client, maxWaiting } }: Pick<EngineDependencies, 'store' | 'clock' | 'host'>,
  wake: () => void,
): TickHost {
  return {
    client,
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    isOpen: (definitionId, tenantId) => store.hasOpenRun(definitionId, tenantId),
    async send(envelopes: readonly Envelope[]) {
      const results = await whenDone(store.add(envelopes, maxWaiting, true), (sent) => {
        wake()
        return sent
      })
      // The tick is dispatched again. Its other jobs are not sent twice.
      for (const result of results) if (!result.ok) throw result.error
    },
  }
}
