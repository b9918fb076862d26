import type { BenchEnvironment } from '../bench-environment.ts'
import { compare, type Opponent } from '../compare.ts'
import { contenderAt } from '../start-contender.ts'
import type { Row } from '../row.ts'

const concurrency = 50

const floor: Opponent = {
  comparison: 'memory against its floor',
  minimum: 0.5,
  jobs: 200_000,
  start: (environment) => environment.contender(contenderAt('memory-floor'), { settings: { concurrency } }),
}

const bullmq = (workers: number): Opponent['start'] =>
  async function start(environment) {
    const redisSocket = await environment.redis(false)
    return environment.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency: workers } })
  }

const peers: readonly Opponent[] = [
  {
    comparison: `memory against BullMQ, concurrency ${concurrency}`,
    minimum: 14,
    jobs: 10_000,
    start: bullmq(concurrency),
  },
  { comparison: 'memory against BullMQ, concurrency 200, its fastest', jobs: 10_000, start: bullmq(200) },
]

/** Compares jobs per second in memory, with the engine's defaults, with those of the floor and of BullMQ. */
export async function memoryRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const settings = { store: 'memory', concurrency }
  return compare(
    environment,
    { jobs: 50_000, start: () => environment.contender(contenderAt('local-engine'), { settings }) },
    withPeers ? [floor, ...peers] : [floor],
  )
}
