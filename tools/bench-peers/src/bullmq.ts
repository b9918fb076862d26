import { Queue, Worker } from 'bullmq'

import { batchesOf, type Contender, Countdown, type ContenderOptions, type LoadModule } from './contender.ts'

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

/** Opens a process that sends, works, or both. */
export const openLoad: LoadModule['openLoad'] = async ({ redisSocket, settings }, role, started) => {
  const connection = { path: redisSocket!, maxRetriesPerRequest: null }
  const queue = new Queue('load', { connection, defaultJobOptions: { removeOnComplete: true } })
  const handler = async ({ data }: { data: { userId: string } }): Promise<void> => started(Number(data.userId))
  const concurrency = Number(settings?.['concurrency'] ?? 50)
  const worker = role === 'send' ? undefined : new Worker('load', handler, { connection, concurrency })
  await Promise.all([queue.waitUntilReady(), worker?.waitUntilReady()])
  return {
    send: (payloads) => queue.addBulk(payloads.map((data) => ({ name: 'no-op', data }))),
    async close() {
      await worker?.close(true)
      await queue.close()
    },
  }
}
