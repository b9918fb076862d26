import { createJobId, type Envelope, type TickHost } from '@cgk-platform/jobs-core/provider'

import type { EngineDependencies } from './engine-dependencies.ts'

/** Creates the host that dispatches a cron tick as jobs in this store. */
export function createTickHost(
  { store, clock, host: { client } }: Pick<EngineDependencies, 'store' | 'clock' | 'host'>,
  wake: () => void,
): TickHost {
  return {
    client,
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    isOpen: (definitionId, tenantId) => store.hasOpenRun(definitionId, tenantId),
    send: (envelopes: readonly Envelope[]) => store.change(() => store.add(envelopes, clock.now()), { done: wake }),
  }
}
