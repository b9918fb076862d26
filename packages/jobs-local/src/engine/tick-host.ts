import { type Clock, createJobId, type Envelope, type TickHost } from '@cgk-platform/jobs-core/provider'

import type { JobStore } from '../store/job-store.ts'

/** Creates the host that dispatches a cron tick as jobs in this store. */
export function createTickHost(store: JobStore, clock: Clock, wake: () => void): TickHost {
  return {
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    isOpen: (definitionId, tenantId) => store.hasOpenRun(definitionId, tenantId),
    send: (envelopes: readonly Envelope[]) => store.change(() => store.add(envelopes, clock.now()), { done: wake }),
  }
}
