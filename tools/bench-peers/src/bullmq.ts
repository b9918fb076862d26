import { Queue, Worker } from 'bullmq'

import { batchesOf, type Contender, Countdown, type Place } from './contender.ts'

/**
 * BullMQ: bulk sends, one worker, completed jobs removed at once, which is its quickest setting. How durable it is, the
 * Redis decides that it is given.
 */
export async function open({ redisSocket, settings }: Place): Promise<Contender> {
  const connection = { path: redisSocket!, maxRetriesPerRequest: null }
  const queue = new Queue('bench', { connection, defaultJobOptions: { removeOnComplete: true } })
  const completed = new Countdown()
  const concurrency = Number(settings?.['concurrency'] ?? 50)
  const worker = new Worker('bench', async () => undefined, { connection, concurrency })
  worker.on('completed', () => completed.count()) // told after Redis has answered
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  return {
    async run(jobs) {
      const all = completed.from(jobs)
      const batches = batchesOf(jobs)
      const began = performance.now()
      for (const batch of batches) await queue.addBulk(batch.map((data) => ({ name: 'no-op', data })))
      await all
      return performance.now() - began
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}
