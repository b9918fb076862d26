import { batchesOf, type Contender, type Place } from 'bench-peers/contender'
import fastq from 'fastq'

/** fastq.promise: a bare queue in memory, which calls a function and keeps nothing. */
export async function open({ settings }: Place): Promise<Contender> {
  return {
    async run(jobs) {
      const queue = fastq.promise(async (_item: object) => undefined, Number(settings?.['concurrency'] ?? 50))
      const batches = batchesOf(jobs)
      const began = performance.now()
      for (const batch of batches) await Promise.all(batch.map((payload) => queue.push(payload)))
      return performance.now() - began
    },
    async close() {},
  }
}
