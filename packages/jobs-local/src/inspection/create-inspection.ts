import { hostname } from 'node:os'

import type { JobHost, JobInspection } from '@cgk-platform/jobs-core/provider'

import { checkCursor } from './check-cursor.ts'
import type { Engine } from '../engine/engine.ts'
import type { JobStore } from '../store/job-store.ts'
import { memoryWorker } from '../store/memory/apply-outcome.ts'
import { doInTurns } from '../time/steps.ts'
import type { TurnLimit } from '../time/turn-limit.ts'
import type { Watchers } from './watchers.ts'
import { toJobDetails } from './to-job-details.ts'

/** The parts of a provider that its inspection reads. */
export interface InspectedEngine {
  readonly engine: Engine
  readonly store: JobStore
  readonly host: JobHost
}

/** The services that an inspection uses. */
export interface InspectionTools {
  readonly watchers: Watchers
  /** Limits the reads of single jobs. */
  readonly reads: TurnLimit
  /** Limits the steps of other reads. */
  readonly steps: TurnLimit
}

/** Creates the inspection of a local provider. */
export function createInspection(
  attached: () => InspectedEngine,
  { watchers, reads, steps }: InspectionTools,
): JobInspection {
  return {
    job: (id, tenantId) =>
      reads.run(() => {
        const { store } = attached()
        const job = store.get(id, { tenantId, withAttempts: true })
        return job && toJobDetails(job, (run) => (store.shared ? store.shared.workerOf(run) : memoryWorker))
      }),

    async list(query) {
      checkCursor(query.cursor)
      return doInTurns(attached().store.inspection.list(query), steps)
    },

    async count(filter, by) {
      return doInTurns(attached().store.inspection.count(filter, by), steps)
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
