import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { compare, type Opponent } from '../../contest/compare.ts'
import type { Row } from '../../report/row.ts'
import { contenderAt } from '../../contest/start-contender.ts'

const settings = { store: 'sqlite', concurrency: 1_000 }

const floors: readonly Opponent[] = [
  {
    comparison: 'durable ÷ bare node:sqlite',
    minimum: 0.25,
    jobs: 50_000,
    start: (environment) => environment.contender(contenderAt('local/node-sqlite')),
  },
  {
    comparison: 'durable ÷ its own statements',
    jobs: 20_000,
    start: (environment) => environment.contender(contenderAt('local/sqlite-floor'), { settings }),
  },
]

// Each peer has its fastest settings of those tried, and syncs every commit.
const peers: readonly Opponent[] = [
  {
    comparison: 'durable ÷ BullMQ',
    minimum: 5,
    jobs: 5_000,
    start: async (environment) => {
      const redisSocket = await environment.redis(true)
      return environment.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: 200 } })
    },
  },
  {
    comparison: 'durable ÷ plainjob',
    minimum: 4,
    jobs: 1_000,
    start: (environment) => environment.contender('bench-peers/plainjob'),
  },
  {
    comparison: 'durable ÷ graphile-worker',
    minimum: 1.5,
    jobs: 20_000,
    start: async (environment) =>
      environment.contender('bench-peers/graphile-worker', { postgresUrl: await environment.postgres() }),
  },
  {
    comparison: 'durable ÷ pg-boss',
    minimum: 2.5,
    jobs: 20_000,
    start: async (environment) =>
      environment.contender('bench-peers/pg-boss', { postgresUrl: await environment.postgres() }),
  },
]

/** Measures jobs per second on disk, in batches of 1,000, with every commit synced. */
export async function durableRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  return compare(
    environment,
    { jobs: 20_000, start: () => environment.contender(contenderAt('local/local-engine'), { settings }) },
    withPeers ? [...floors, ...peers] : floors,
  )
}
