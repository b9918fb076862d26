import { join } from 'node:path'

import { compare } from '../compare.ts'
import { type Question, ratioRow, type Row, rowOf } from '../row.ts'
import type { Workplace } from '../workplace.ts'

const contenders = join(import.meta.dirname, '../contenders')
const concurrency = 50
const ourJobs = 50_000

/** Jobs a second in memory, with schema, JSON copies, records and retries on, against a bare queue and BullMQ. */
export async function memoryRows(workplace: Workplace, withPeers: boolean): Promise<Row[]> {
  const rows = [
    await against(workplace, {
      question: { what: 'memory against fastq.promise', target: '≥ 1.0×' },
      least: 1,
      jobs: 500_000,
      start: () => workplace.contender(join(contenders, 'fastq.ts'), { settings: { concurrency } }),
    }),
  ]
  const bullmq = (workers: number) => async () => {
    const redisSocket = await workplace.redis(false)
    return workplace.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: workers } })
  }
  if (!withPeers) return rows
  rows.push(
    await against(workplace, {
      question: { what: `memory against BullMQ, concurrency ${concurrency}`, target: '≥ 30×' },
      least: 30,
      jobs: 10_000,
      start: bullmq(concurrency),
    }),
    await against(workplace, {
      question: { what: 'memory against BullMQ, concurrency 200, its best', target: '' },
      jobs: 10_000,
      start: bullmq(200),
    }),
  )
  return rows
}

interface Opponent {
  readonly question: Question
  readonly least?: number
  readonly jobs: number
  readonly start: () => ReturnType<Workplace['contender']>
}

async function against(workplace: Workplace, { question, least, jobs, start }: Opponent): Promise<Row> {
  try {
    return await rowOf(question, async () => {
      const theirs = { contender: await start(), jobs }
      const settings = { store: 'memory', concurrency }
      const ours = {
        contender: await workplace.contender(join(contenders, 'local-engine.ts'), { settings }),
        jobs: ourJobs,
      }
      const compared = await compare(ours, theirs)
      return ratioRow(compared.ours, compared.theirs, least)
    })
  } finally {
    await workplace.clear()
  }
}
