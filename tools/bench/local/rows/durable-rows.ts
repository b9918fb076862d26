import { join } from 'node:path'

import { compare } from '../compare.ts'
import { type RowHeading, ratioRow, type Row, rowOf } from '../row.ts'
import type { RunningContender } from '../start-contender.ts'
import type { BenchEnvironment } from '../bench-environment.ts'

const contenders = join(import.meta.dirname, '../contenders')

interface Opponent {
  readonly name: string
  readonly minimum: number
  /** Jobs that it completes in about a second. */
  readonly jobs: number
  readonly ourJobs: number
  readonly start: (environment: BenchEnvironment) => Promise<RunningContender>
}

const bare: Opponent = {
  name: 'bare node:sqlite, same writes',
  minimum: 0.6,
  jobs: 50_000,
  ourJobs: 20_000,
  start: (environment) => environment.contender(join(contenders, 'node-sqlite.ts')),
}

// Each peer has its fastest settings of those tried, and syncs every commit.
const peers: readonly Opponent[] = [
  {
    name: 'BullMQ, Redis syncs every write',
    minimum: 4,
    jobs: 5_000,
    ourJobs: 20_000,
    start: async (environment) => {
      const redisSocket = await environment.redis(true)
      return environment.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: 200 } })
    },
  },
  {
    name: 'plainjob, better-sqlite3',
    minimum: 4,
    jobs: 1_000,
    ourJobs: 20_000,
    start: (environment) => environment.contender('bench-peers/plainjob'),
  },
  {
    name: 'graphile-worker, PostgreSQL',
    minimum: 5,
    jobs: 20_000,
    ourJobs: 20_000,
    start: async (environment) =>
      environment.contender('bench-peers/graphile-worker', { postgresFolder: await environment.postgres() }),
  },
  {
    name: 'pg-boss, PostgreSQL',
    minimum: 10,
    jobs: 20_000,
    ourJobs: 20_000,
    start: async (environment) =>
      environment.contender('bench-peers/pg-boss', { postgresFolder: await environment.postgres() }),
  },
]

/** Measures jobs per second on disk, in batches of 1,000, with every commit synced. */
export async function durableRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, minimum, jobs, ourJobs, start } of withPeers ? [...peers, bare] : [bare]) {
    const heading: RowHeading = { comparison: `durable against ${name}`, target: `≥ ${minimum}×` }
    rows.push(
      await rowOf(heading, async () => {
        const settings = { store: 'sqlite', concurrency: 1_000 }
        const ours = await environment.contender(join(contenders, 'local-engine.ts'), { settings })
        await ours.rate(1) // fails before a server is started if the store is not available
        const compared = await compare(
          { contender: ours, jobs: ourJobs },
          { contender: await start(environment), jobs },
        )
        return ratioRow(compared.ours, compared.theirs, minimum)
      }),
    )
    await environment.clear()
  }
  return rows
}
