import { join } from 'node:path'

import { compare } from '../compare.ts'
import { type RowHeading, ratioRow, type Row, rowOf } from '../row.ts'
import type { BenchEnvironment } from '../bench-environment.ts'

const contenders = join(import.meta.dirname, '../contenders')
const concurrency = 50
const ourJobs = 50_000

/** Compares jobs per second in memory, with the engine's defaults, with those of fastq and BullMQ. */
export async function memoryRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const rows = [
    await against(environment, {
      heading: { comparison: 'memory against fastq.promise', target: '≥ 1.0×' },
      minimum: 1,
      jobs: 500_000,
      start: () => environment.contender(join(contenders, 'fastq.ts'), { settings: { concurrency } }),
    }),
  ]
  const bullmq = (workers: number) => async () => {
    const redisSocket = await environment.redis(false)
    return environment.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: workers } })
  }
  if (!withPeers) return rows
  rows.push(
    await against(environment, {
      heading: { comparison: `memory against BullMQ, concurrency ${concurrency}`, target: '≥ 30×' },
      minimum: 30,
      jobs: 10_000,
      start: bullmq(concurrency),
    }),
    await against(environment, {
      heading: { comparison: 'memory against BullMQ, concurrency 200, its fastest', target: '' },
      jobs: 10_000,
      start: bullmq(200),
    }),
  )
  return rows
}

interface Opponent {
  readonly heading: RowHeading
  readonly minimum?: number
  readonly jobs: number
  readonly start: () => ReturnType<BenchEnvironment['contender']>
}

async function against(environment: BenchEnvironment, { heading, minimum, jobs, start }: Opponent): Promise<Row> {
  try {
    return await rowOf(heading, async () => {
      const theirs = { contender: await start(), jobs }
      const settings = { store: 'memory', concurrency }
      const ours = {
        contender: await environment.contender(join(contenders, 'local-engine.ts'), { settings }),
        jobs: ourJobs,
      }
      const compared = await compare(ours, theirs)
      return ratioRow(compared.ours, compared.theirs, minimum)
    })
  } finally {
    await environment.clear()
  }
}
