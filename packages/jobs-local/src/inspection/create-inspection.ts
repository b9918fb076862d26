import { hostname } from 'node:os'

import type { Clock, JobHost, JobInspection } from '@cgk-platform/jobs-core/provider'

import { checkCursor } from './check-cursor.ts'
import type { Engine } from '../engine/engine.ts'
import { memoryWorker } from '../records/stored-attempt.ts'
import type { EngineStore } from '../store/engine-store.ts'
import type { StoredRun } from '../records/stored-run.ts'
import type { TurnLimit } from '../time/turn-limit.ts'
import type { Watchers } from './watchers.ts'
import { explainWaits } from './explain-waits.ts'
import { withPause } from './with-pause.ts'
import { toJobDetails } from './to-job-details.ts'

/** The parts of a provider that its inspection reads. */
export interface InspectedEngine {
  readonly engine: Engine
  readonly store: EngineStore
  readonly host: JobHost
}

/** The services that an inspection uses. */
export interface InspectionTools {
  readonly watchers: Watchers
  /** Limits the reads of single jobs. */
  readonly reads: TurnLimit
  readonly clock: Pick<Clock, 'now'>
}

/** Creates the inspection of a provider. */
export function createInspection(
  attached: () => InspectedEngine,
  { watchers, reads, clock }: InspectionTools,
): JobInspection {
  return {
    job: (id, tenantId) =>
      reads.run(async () => {
        const { store, host } = attached()
        const job = await store.get(id, { tenantId, withAttempts: true })
        if (!job) return undefined
        const workerOf = (run: StoredRun): string | undefined =>
          store.shared ? store.shared.workerOf(run) : memoryWorker
        return explainWaits(toJobDetails(job, workerOf), job, { store, host, now: clock.now(), tenantId })
      }),

    async list(query) {
      checkCursor(query.cursor)
      const { inspection, pauses } = attached().store
      const page = await inspection.list(query)
      const paused = await pauses.all()
      return paused.length === 0 ? page : { ...page, jobs: page.jobs.map((job) => withPause(job, paused)) }
    },

    async count(filter, by) {
      return attached().store.inspection.count!(filter, by)
    },

    async failures(query) {
      return attached().store.inspection.failures!(query)
    },

    async history(query) {
      return attached().store.inspection.history!(query)
    },

    async workers() {
      const { store, engine, host } = attached()
      if (store.shared) return store.shared.workers()
      const definitionIds = host.jobs.all().map(({ id }) => id)
      const place = { host: hostname(), pid: process.pid }
      return [{ id: memoryWorker, isThisProcess: true, ...place, running: engine.inFlight.length, definitionIds }]
    },

    watch: watchers.watchAll,
  }
}
