import { PgBoss } from 'pg-boss'

import { batchesOf, type Contender, Countdown, type ContenderOptions } from './contender.ts'

/** Opens pg-boss with bulk inserts, and a worker that takes full batches without a pause. */
export async function open({ postgresFolder, settings }: ContenderOptions): Promise<Contender> {
  const boss = new PgBoss({
    host: postgresFolder!,
    user: 'postgres',
    database: 'postgres',
    max: 20,
    supervise: false,
    schedule: false,
  })
  boss.on('error', console.error)
  await boss.start()
  let rounds = 0
  return {
    async run(jobs) {
      const queue = `no-op-${rounds++}`
      await boss.createQueue(queue)
      const handled = new Countdown()
      const all = handled.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches)
        await boss.insert(
          queue,
          batch.map((data) => ({ data })),
        )
      const options = {
        batchSize: Number(settings?.['batchSize'] ?? 1_000),
        localConcurrency: Number(settings?.['concurrency'] ?? 2),
        pollingIntervalSeconds: 0.5,
        burstWhenBatchFull: true,
      }
      await boss.work(queue, options, async (taken) => handled.count(taken.length))
      await all
      await boss.offWork(queue, { wait: true }) // resolves when the last batch is recorded as completed
      const durationMs = performance.now() - startedAt
      const { readyCount, activeCount } = (await boss.getQueueStats(queue, { force: true }))[0]!
      if (readyCount + activeCount > 0) throw new Error(`pg-boss has ${readyCount + activeCount} jobs left`)
      await boss.deleteQueue(queue)
      return durationMs
    },
    async close() {
      await boss.stop()
    },
  }
}
