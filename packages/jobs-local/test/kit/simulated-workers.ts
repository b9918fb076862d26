import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/scheduling'
import { onTestFinished } from 'vitest'

import type { BatchBounds } from '../../src/rules/batch-bounds.ts'
import type { JobStore } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { takeOver } from '../../src/store/sqlite/upkeep/take-over.ts'
import { changed, openStore } from './open-store.ts'
import { createEnvelope } from './stored-run.ts'
import { createTestFile } from './test-file.ts'

/** A worker whose runs exist only in the store. By default its process has no other worker. */
export interface SimulatedWorker {
  readonly store: JobStore
  /** Claims runs for all free slots, as the engine does after each change. */
  claim(now: number, limits?: ConcurrencyLimits): readonly StoredRun[]
  /** Ends a run. */
  end(run: StoredRun, as: 'completed' | 'failed', now: number): void
  /** Ends the process with all its workers. The other processes notice at once. */
  crash(now: number): void
}

/** One of several workers in a process. */
export interface SimulatedClient {
  readonly process: string
  /** The only definition of this worker. */
  readonly definitionId: string
}

/** A jobs file with workers that end when a test says so. */
export interface SimulatedWorkers {
  /** Adds a job with one run for each tenant. Returns the jobs' ids. */
  add(
    tenantIds: readonly string[],
    maxAttempts?: number,
    definitionIds?: readonly string[],
    batch?: BatchBounds,
  ): Promise<readonly string[]>
  /** Starts a worker. Its wall clock shows the time of the last claim, unless it has a clock. */
  start(concurrency?: number, clock?: Pick<Clock, 'now' | 'elapsed'>, client?: SimulatedClient): SimulatedWorker
}

/** Creates a jobs file with such workers. */
export function createSimulatedWorkers(): SimulatedWorkers {
  const { path } = createTestFile()
  const sender = openStore(path)
  const connection = openFile(path)
  onTestFinished(() => connection.close())
  return {
    async add(tenantIds, maxAttempts = 3, definitionIds = [], batch) {
      const envelopes = tenantIds.map((tenantId) => createEnvelope({ tenantId }))
      await changed(sender, () => {
        sender.add(envelopes, 0)
        for (const [index, job] of sender.takeDueJobs(10_000, 0).entries())
          sender.addRuns(
            job,
            [{ definitionId: definitionIds[index] ?? 'work', maxAttempts, ...(batch && { batch }) }],
            0,
          )
      })
      return envelopes.map(({ id }) => id)
    },
    start(concurrency = 64, clock, client) {
      let wallMs = 0
      const store = openStore(path, undefined, clock ?? { now: () => wallMs })
      const running = new Set<StoredRun>()
      const workers = 'SELECT id FROM cgk_workers ORDER BY id'
      const before = connection.all<{ id: number }>(workers).map(({ id }) => id)
      if (client)
        store.shared!.publishDefinitions([{ definitionId: client.definitionId, event: undefined, maxAttempts: 3 }])
      store.claim(0, () => undefined, 0) // joins the workers
      const { id } = connection.all<{ id: number }>(workers).find((row) => !before.includes(row.id))!
      // Looks like a process in another container.
      const process = JSON.stringify({ scope: client?.process ?? `process of ${id}`, pid: 1 })
      connection.run('UPDATE cgk_workers SET process = ? WHERE id = ?', process, id)
      const ofProcess = 'SELECT id FROM cgk_workers WHERE process = ?'
      return {
        store,
        claim(now, limits) {
          wallMs = now
          const claimed = store.claim(concurrency - running.size, () => limits && { concurrency: limits }, now)
          for (const run of claimed) running.add(run)
          return claimed
        },
        end(run, as, now) {
          const failed = { type: 'failed', error: { name: 'Error', message: 'failed' } } as const
          store.settle(run, run.attempts, as === 'failed' ? failed : { type: 'completed' }, now, true)
          running.delete(run)
        },
        crash(now) {
          const ids = connection.all<{ id: number }>(ofProcess, process).map((row) => row.id)
          takeOver(connection, ids, now)
          connection.run(`UPDATE cgk_definitions SET worker_ended_at = 0 WHERE worker IN (${ofProcess})`, process)
          connection.run('DELETE FROM cgk_workers WHERE process = ?', process)
          store.shared!.dispose()
        },
      }
    },
  }
}
