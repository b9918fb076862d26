import { Queue, Worker } from 'bullmq'

import { batchesOf, type Contender, Countdown, type ContenderOptions } from './contender.ts'

/**
 * Opens BullMQ with its fastest settings: bulk sends, one worker, and immediate removal of completed jobs. The settings
 * of Redis decide whether it is durable.
 */
export async function open({ redisSocket, settings }: ContenderOptions): Promise<Contender> {
  const connection = { path: redisSocket!, maxRetriesPerRequest: null }
  const queue = new Queue('bench', { connection, defaultJobOptions: { removeOnComplete: true } })
  const completed = new Countdown()
  const concurrency = Number(settings?.['concurrency'] ?? 50)
  const worker = new Worker('bench', async () => undefined, { connection, concurrency })
  worker.on('completed', () => completed.count()) // emitted after the response of Redis
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  return {
    async run(jobs) {
      const all = completed.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches) await queue.addBulk(batch.map((data) => ({ name: 'no-op', data })))
      await all
      return performance.now() - startedAt
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}
