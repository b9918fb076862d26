import { batchesOf } from 'bench-peers/contender'

import { countTimers } from './count-timers.ts'

const timers = countTimers() // before the packages store references to the functions
const { createJobClient, defineJob } = await import('@cgk-platform/jobs')

// Measures a million delayed jobs in memory: bytes per job, the time of each batch, timers of the process.
const jobs = 1_000_000
const job = defineJob({ id: 'later', event: 'analytics.track', handler: async () => undefined })
const client = createJobClient({ provider: 'local', jobs: [job], logger: quiet() })
await client.sendJobs([])
// Created per batch, so that the items of the sender do not count as memory of the engine.
const itemsOf = (first: number) =>
  batchesOf(10_000)
    .flat()
    .map((payload, index) => ({
      event: 'analytics.track' as const,
      payload: { ...payload, userId: `user-${first + index}` },
      options: { delay: 86_400_000 + (((first + index) * 7919) % 1_000_000) },
    }))
let wallMs = 0
const cpuMs: number[] = [] // of each batch, with garbage collection; other programs do not add to it
globalThis.gc?.()
const before = process.memoryUsage().heapUsed
for (let sent = 0; sent < jobs; sent += 10_000) {
  const items = itemsOf(sent)
  const [startedAt, used] = [performance.now(), process.cpuUsage()]
  await client.sendJobs(items)
  const { user, system } = process.cpuUsage(used)
  cpuMs.push((user + system) / 1000)
  wallMs += performance.now() - startedAt
}
globalThis.gc?.()
const bytes = (process.memoryUsage().heapUsed - before) / jobs
const timersSet = timers()
await client.close({ timeout: 0 })
console.log(JSON.stringify({ bytes, timers: timersSet, wallMs, cpuMs }))

function quiet() {
  const ignore = (): void => undefined
  return { debug: ignore, info: ignore, warn: ignore, error: ignore }
}
