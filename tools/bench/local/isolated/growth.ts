import { createJobClient, defineJob } from '@cgk-platform/jobs'
import { batchesOf } from 'bench-peers/contender'

// Measures jobs per second with a long queue: no job ends before all are sent.
const jobs = Number(process.argv[2])
const total = Math.max(jobs, 200_000)

async function passMs(): Promise<number> {
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const job = defineJob({ id: 'growth', event: 'analytics.track', handler: () => gate })
  const client = createJobClient({ provider: 'local', jobs: [job], config: { concurrency: 50 } })
  await client.start()
  let spentMs = 0
  for (let sent = 0; sent < jobs; sent += 10_000) {
    const items = batchesOf(10_000).flatMap((batch) =>
      batch.map((payload) => ({ event: 'analytics.track' as const, payload })),
    )
    const startedAt = performance.now()
    await client.sendJobs(items)
    spentMs += performance.now() - startedAt
  }
  const startedAt = performance.now()
  open()
  await client.close({ timeout: '5m' })
  return spentMs + performance.now() - startedAt
}

if (jobs < 1_000_000) await passMs() // warm-up; a pass of a million jobs needs none
const passes = total / jobs
let durationMs = 0
for (let pass = 0; pass < passes; pass++) durationMs += await passMs()
console.log(JSON.stringify((total / durationMs) * 1000))
