import { join } from 'node:path'

import { compare } from '../compare.ts'
import { type Question, ratioRow, type Row, rowOf } from '../row.ts'
import type { RunningContender } from '../start-contender.ts'
import type { Workplace } from '../workplace.ts'

const contenders = join(import.meta.dirname, '../contenders')

interface Opponent {
  readonly name: string
  readonly least: number
  /** As many as take it about a second. */
  readonly jobs: number
  readonly ourJobs: number
  readonly start: (workplace: Workplace) => Promise<RunningContender>
}

const bare: Opponent = {
  name: 'bare node:sqlite, same writes',
  least: 0.6,
  jobs: 50_000,
  ourJobs: 20_000,
  start: (workplace) => workplace.contender(join(contenders, 'node-sqlite.ts')),
}

// Each in the settings that were quickest of those tried, with every commit synced.
const peers: readonly Opponent[] = [
  {
    name: 'BullMQ, Redis syncs every write',
    least: 4,
    jobs: 5_000,
    ourJobs: 20_000,
    start: async (workplace) => {
      const redisSocket = await workplace.redis(true)
      return workplace.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: 200 } })
    },
  },
  {
    name: 'plainjob, better-sqlite3',
    least: 4,
    jobs: 1_000,
    ourJobs: 20_000,
    start: (workplace) => workplace.contender('bench-peers/plainjob'),
  },
  {
    name: 'graphile-worker, PostgreSQL',
    least: 5,
    jobs: 20_000,
    ourJobs: 20_000,
    start: async (workplace) =>
      workplace.contender('bench-peers/graphile-worker', { postgresFolder: await workplace.postgres() }),
  },
  {
    name: 'pg-boss, PostgreSQL',
    least: 10,
    jobs: 20_000,
    ourJobs: 20_000,
    start: async (workplace) =>
      workplace.contender('bench-peers/pg-boss', { postgresFolder: await workplace.postgres() }),
  },
]

/** Jobs a second on disk, every commit synced, in batches of 1,000. */
export async function durableRows(workplace: Workplace, withPeers: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, least, jobs, ourJobs, start } of withPeers ? [...peers, bare] : [bare]) {
    const question: Question = { what: `durable against ${name}`, target: `≥ ${least}×` }
    rows.push(
      await rowOf(question, async () => {
        const settings = { store: 'sqlite', concurrency: 1_000 }
        const ours = await workplace.contender(join(contenders, 'local-engine.ts'), { settings })
        await ours.rate(1) // where there is no such store, no server has to be started
        const compared = await compare({ contender: ours, jobs: ourJobs }, { contender: await start(workplace), jobs })
        return ratioRow(compared.ours, compared.theirs, least)
      }),
    )
    await workplace.clear()
  }
  return rows
}
