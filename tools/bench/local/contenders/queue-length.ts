import { join } from 'node:path'

import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { batchesOf, type Contender, type ContenderOptions, Countdown } from 'bench-peers/contender'

/**
 * Opens the local engine with a queue of `queued` jobs. A round sends as many jobs as it runs, so that the queue keeps
 * its length.
 */
export async function open({ folder, settings }: ContenderOptions): Promise<Contender> {
  const { store = 'memory', queued = 0 } = settings ?? {}
  const handled = new Countdown()
  const blocked: (() => void)[] = []
  let permits = 0
  const job = defineJob({
    id: 'long-queue',
    event: 'analytics.track',
    async handler() {
      if (permits === 0) await new Promise<void>((resolve) => blocked.push(resolve))
      permits--
      handled.count()
    },
  })
  const file = { store: 'sqlite' as const, path: join(folder, 'jobs.db') }
  const config = store === 'sqlite' ? { ...file, concurrency: 1_000 } : { concurrency: 50 }
  const client = createJobClient({ provider: 'local', jobs: [job], config })
  await client.start()
  const send = async (jobs: number): Promise<void> => {
    for (const batch of batchesOf(jobs))
      await client.sendJobs(batch.map((payload) => ({ event: 'analytics.track', payload })))
  }
  for (let sent = 0; sent < Number(queued); sent += 10_000) await send(10_000)
  return {
    async run(jobs) {
      const all = handled.from(jobs)
      const startedAt = performance.now()
      permits = jobs
      for (const start of blocked.splice(0)) start()
      await Promise.all([send(jobs), all])
      return performance.now() - startedAt
    },
    async close() {}, // the process exits, and the queue with it
  }
}
