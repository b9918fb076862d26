import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { createJobClient, defineJob } from '@cgk-platform/jobs'

import type { BenchRow } from './bench-row.ts'

const batch = 10_000

/** What a million delayed jobs cost in memory, and whether loading the last is as quick as loading the first. */
export async function delayedJobs(): Promise<BenchRow[]> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const job = defineJob({ id: 'later', event: 'order.created', handler: async () => undefined })
  const client = createJobClient({ provider: 'local', jobs: [job], logger: quiet })
  await client.healthCheck()
  collect()
  const before = process.memoryUsage().heapUsed
  const batchMs: number[] = []
  for (let sent = 0; sent < 1_000_000; sent += batch) {
    const items = Array.from({ length: batch }, (_, index) => ({
      event: 'order.created' as const,
      payload: { tenantId: `tenant-${index % 100}`, orderId: `order-${sent + index}` },
      options: { delay: 86_400_000 + ((index * 7919) % 1_000_000) },
    }))
    const began = performance.now()
    await client.sendJobs(items)
    batchMs.push(performance.now() - began)
  }
  collect()
  const bytes = (process.memoryUsage().heapUsed - before) / 1_000_000
  await client.close({ timeout: 0 })
  const average = (some: number[]): number => some.reduce((sum, ms) => sum + ms, 0) / some.length
  return [
    {
      what: 'a million delayed jobs in memory',
      figure: `${bytes.toFixed(0)} B a job`,
      detail: `last tenth loads in ${(average(batchMs.slice(-10)) / average(batchMs.slice(0, 10))).toFixed(2)} × the time of the first`,
    },
  ]
}

const ignore = (): void => undefined
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }
