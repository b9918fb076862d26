import { join } from 'node:path'

import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'

import { batchesOf, type Contender, Countdown, type ContenderOptions } from './contender.ts'

/**
 * Opens plainjob on better-sqlite3, with a sync at each commit like the others. Its default is `synchronous = NORMAL`.
 */
export async function open({ folder }: ContenderOptions): Promise<Contender> {
  let rounds = 0
  return {
    async run(jobs) {
      const database = new Database(join(folder, `plainjob-${rounds++}.db`))
      const queue = defineQueue({ connection: better(database), logger })
      database.pragma('synchronous = FULL')
      const completed = new Countdown()
      const options = { queue, logger, pollIntervall: 1, onCompleted: () => completed.count() }
      const worker = defineWorker('no-op', async () => undefined, options)
      const all = completed.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches) queue.addMany('no-op', batch)
      const stopped = worker.start()
      await all
      const durationMs = performance.now() - startedAt
      await worker.stop()
      await stopped
      queue.close()
      return durationMs
    },
    async close() {},
  }
}

const ignore = (): void => undefined
const logger = { debug: ignore, info: ignore, warn: ignore, error: console.error }
