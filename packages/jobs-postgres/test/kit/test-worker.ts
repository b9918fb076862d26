import type { Definition } from '@cgk-platform/jobs-core'
import { systemClock } from '@cgk-platform/jobs-core/provider'
import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'
import { type StoredRun, toWorkerDefinition } from '@cgk-platform/jobs-local/engine'
import type { Database } from '../../src/database/database.ts'
import { type Pass, Passes } from '../../src/store/claims/passes.ts'
import { Changes, Hints } from '../../src/store/changes.ts'
import { settleRuns } from '../../src/store/runs/settle-runs.ts'
import { Worker } from '../../src/store/workers/worker.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A worker without an engine: a test makes its passes and ends its runs. */
export class TestWorker {
  readonly worker: Worker
  readonly passes: Passes
  readonly running = new Set<StoredRun>()
  readonly #database: Database

  constructor(database: Database, definitions: readonly Definition[], weights = new Map<string, number>()) {
    const jobs = createJobRegistry()
    for (const definition of definitions) jobs.register(definition)
    const told = (): void => undefined
    this.#database = database
    const changes = new Changes({ database, logger: silent, told })
    this.worker = new Worker({ database, changes, leaseMs: 60_000, lost: told, tidied: told })
    this.worker.publish(jobs.all().map(toWorkerDefinition))
    const host = { jobs, logger: silent }
    this.passes = new Passes({ database, worker: this.worker, host, clock: systemClock, weights, told })
  }

  /** Makes a pass with so many free slots. Returns the runs that it has claimed. */
  async claim(max: number): Promise<readonly StoredRun[]> {
    return (await this.pass(max)).claimed
  }

  async pass(max: number): Promise<Pass> {
    const pass = await this.passes.pass(max, this.running.size)
    for (const run of pass.claimed) this.running.add(run)
    return pass
  }

  /** Ends runs. */
  async end(runs: readonly StoredRun[], type: 'completed' | 'retry' = 'completed'): Promise<void> {
    for (const run of runs) this.running.delete(run)
    const outcome = type === 'completed' ? { type } : { type, afterMs: 0, error: { name: 'Error', message: 'again' } }
    const ended = runs.map((run) => ({ run, attempt: run.attempts, outcome, releasesSlot: true }))
    await this.#database.transaction((transaction) =>
      settleRuns(transaction, ended, {
        definitions: this.worker.definitions,
        isOnProbation: () => false,
        hints: new Hints(),
        now: Date.now(),
      } as never),
    )
  }

  async close(): Promise<void> {
    await this.worker.close()
  }
}
