import type { Clock, ConcurrencyLimits } from '@cgk-platform/jobs-core/provider'
import { onTestFinished } from 'vitest'

import type { JobStore, StoredRun } from '../../src/store/job-store.ts'
import { openFile } from '../../src/store/sqlite/open-file.ts'
import { takeOver } from '../../src/store/sqlite/take-over.ts'
import { changed, openStore } from './open-store.ts'
import { createEnvelope } from './stored-run.ts'
import { createTestFile } from './test-file.ts'

/** A worker process whose runs exist only in the store. */
export interface SimulatedWorker {
  readonly store: JobStore
  /** Claims runs for all free slots, as the engine does after each change. */
  claim(now: number, limits?: ConcurrencyLimits): readonly StoredRun[]
  /** Ends a run. */
  end(run: StoredRun, as: 'completed' | 'failed', now: number): void
  /** Ends the process. The other workers notice at once. */
  crash(now: number): void
}

/** A jobs file with workers that end when a test says so. */
export interface SimulatedWorkers {
  /** Adds a job with one run for each tenant. Returns the jobs' ids. */
  add(tenantIds: readonly string[], maxAttempts?: number): Promise<readonly string[]>
  /** Starts a worker. Its wall clock shows the time of the last claim, unless it has a clock. */
  start(concurrency?: number, clock?: Pick<Clock, 'now' | 'elapsed'>): SimulatedWorker
}

/** Creates a jobs file with such workers. */
export function createSimulatedWorkers(): SimulatedWorkers {
  const { path } = createTestFile()
  const sender = openStore(path)
  const connection = openFile(path)
  onTestFinished(() => connection.close())
  return {
    async add(tenantIds, maxAttempts = 3) {
      const envelopes = tenantIds.map((tenantId) => createEnvelope({ tenantId }))
      await changed(sender, () => {
        sender.add(envelopes, 0)
        for (const job of sender.takeDueJobs(10_000, 0)) sender.addRuns(job, [{ definitionId: 'work', maxAttempts }], 0)
      })
      return envelopes.map(({ id }) => id)
    },
    start(concurrency = 64, clock) {
      let wallMs = 0
      const store = openStore(path, undefined, clock ?? { now: () => wallMs })
      const running = new Set<StoredRun>()
      const workers = 'SELECT id FROM cgk_workers ORDER BY id'
      const before = connection.all<{ id: number }>(workers).map(({ id }) => id)
      store.claim(0, () => undefined, 0) // joins the workers
      const { id } = connection.all<{ id: number }>(workers).find((row) => !before.includes(row.id))!
      return {
        store,
        claim(now, limits) {
          wallMs = now
          const claimed = store.claim(concurrency - running.size, () => limits, now)
          for (const run of claimed) running.add(run)
          return claimed
        },
        end(run, as, now) {
          const failed = { type: 'failed', error: { name: 'Error', message: 'failed' } } as const
          store.settle(run, run.attempts, as === 'failed' ? failed : { type: 'completed' }, now, true)
          running.delete(run)
        },
        crash(now) {
          takeOver(connection, id, now)
          connection.run('DELETE FROM cgk_workers WHERE id = ?', id)
          store.shared!.dispose()
        },
      }
    },
  }
}
