import { createJobClient, defineJob } from '@cgk-platform/jobs'
import fastq from 'fastq'

import { median, spread } from './median.ts'
import type { BenchRow } from './bench-row.ts'

const jobs = 20_000
const concurrency = 50
const rounds = 5

/**
 * Jobs a second through the local engine, everything on (schema, JSON copy, records, retries), against the same number
 * of calls through fastq.promise, a bare in-memory queue, in alternating rounds of one run.
 */
export async function throughput(): Promise<BenchRow[]> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const [local, queue] = [await localRate(), await queueRate()]
    if (round === 0) continue // the first round warms up
    ours.push(local)
    theirs.push(queue)
  }
  const ratios = ours.map((rate, round) => rate / theirs[round]!)
  return [
    {
      what: `local engine, ${jobs} jobs, concurrency ${concurrency}`,
      figure: `${Math.round(median(ours))} jobs/s`,
      detail: `${median(ratios).toFixed(3)} × fastq.promise (${spread(ratios, 3)}), which does ${Math.round(median(theirs))} calls/s`,
    },
  ]
}

async function localRate(): Promise<number> {
  const job = defineJob({ id: 'no-op', event: 'analytics.track', handler: async () => undefined })
  const client = createJobClient({ provider: 'local', jobs: [job], config: { concurrency } })
  await client.start()
  const items = Array.from({ length: jobs }, (_, index) => ({
    event: 'analytics.track' as const,
    payload: { tenantId: `tenant-${index % 10}`, event: 'Product Viewed', userId: `user-${index}` },
  }))
  const began = performance.now()
  await client.sendJobs(items)
  await client.close({ timeout: '1m' }) // resolves when the last job has ended
  return (jobs / (performance.now() - began)) * 1000
}

async function queueRate(): Promise<number> {
  const queue = fastq.promise(async (_item: object) => undefined, concurrency)
  const began = performance.now()
  await Promise.all(Array.from({ length: jobs }, (_, index) => queue.push({ tenantId: `tenant-${index % 10}` })))
  return (jobs / (performance.now() - began)) * 1000
}
