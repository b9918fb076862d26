import { join } from 'node:path'

import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'

import { batchesOf, type Contender, Countdown, type Place } from './contender.ts'

/** plainjob on better-sqlite3, synced at each commit as the others are: by itself it sets `synchronous` to `NORMAL`. */
export async function open({ folder }: Place): Promise<Contender> {
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
      const began = performance.now()
      for (const batch of batches) queue.addMany('no-op', batch)
      const stopped = worker.start()
      await all
      const durationMs = performance.now() - began
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
