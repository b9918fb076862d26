import { join } from 'node:path'

import { createJobClient, defineJob, type JobClient } from '@cgk-platform/jobs'
import { batchesOf, type Contender, Countdown, type ContenderOptions } from 'bench-peers/contender'

/**
 * Opens the local engine with its defaults: schema, JSON copies, records, retries. `store` is `memory` or `sqlite`.
 *
 * @param begin - called before the first send of each round
 */
export async function open({ folder, settings }: ContenderOptions, begin?: () => void): Promise<Contender> {
  const { store = 'memory', concurrency = 50 } = settings ?? {}
  let rounds = 0
  return {
    async run(jobs) {
      const handled = new Countdown()
      const handler = async (): Promise<void> => handled.count()
      const job = defineJob({ id: `no-op-${rounds}`, event: 'analytics.track', handler })
      const path = store === 'sqlite' ? join(folder, `jobs-${rounds}.db`) : undefined
      const client = createBenchClient(job, Number(concurrency), path)
      rounds++
      await client.start()
      const batches = batchesOf(jobs).map((batch) =>
        batch.map((payload) => ({ event: 'analytics.track' as const, payload })),
      )
      const all = handled.from(jobs)
      begin?.()
      const startedAt = performance.now()
      for (const batch of batches) await client.sendJobs(batch)
      await all
      await client.close({ timeout: '5m' }) // resolves when the last job has ended and is recorded
      return performance.now() - startedAt
    },
    async close() {},
  }
}

/** Creates a client in memory, or with a `path` on a durable file that is synced at each commit. */
function createBenchClient(job: ReturnType<typeof defineJob>, concurrency: number, path?: string): JobClient {
  const config = { concurrency, ...(path !== undefined && { store: 'sqlite' as const, path }) }
  return createJobClient({ provider: 'local', jobs: [job], config })
}
