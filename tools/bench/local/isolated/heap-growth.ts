import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { batchesOf, Countdown } from 'bench-peers/contender'

// Measures the heap of one client in memory before and after a million jobs have ended.
const jobs = 1_000_000
const warmUp = 100_000 // more than the ended jobs that are retained
const handled = new Countdown()
const job = defineJob({ id: 'no-op', event: 'analytics.track', handler: async () => handled.count() })
const client = createJobClient({ provider: 'local', jobs: [job], config: { concurrency: 50 } })

async function runJobs(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 50_000) {
    const all = handled.from(50_000)
    for (const batch of batchesOf(50_000))
      await client.sendJobs(batch.map((payload) => ({ event: 'analytics.track' as const, payload })))
    await all
  }
  await new Promise((resolve) => setTimeout(resolve, 100)) // the last jobs end
}

function heapMiB(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

await runJobs(warmUp)
const before = heapMiB()
await runJobs(jobs)
const after = heapMiB()
await client.close()
console.log(JSON.stringify({ before, after }))
