import { batchesOf, type Contender, type ContenderOptions } from 'bench-peers/contender'
import fastq from 'fastq'

/** Opens fastq.promise: a queue in memory that only calls a function and stores nothing. */
export async function open({ settings }: ContenderOptions): Promise<Contender> {
  return {
    async run(jobs) {
      const queue = fastq.promise(async (_item: object) => undefined, Number(settings?.['concurrency'] ?? 50))
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches) await Promise.all(batch.map((payload) => queue.push(payload)))
      return performance.now() - startedAt
    },
    async close() {},
  }
}
