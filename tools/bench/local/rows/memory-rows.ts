import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { compare, type Opponent } from '../../contest/compare.ts'
import { contenderAt } from '../../contest/start-contender.ts'
import type { Row } from '../../report/row.ts'

const concurrency = 50

const floor: Opponent = {
  comparison: 'memory ÷ floor',
  minimum: 0.5,
  jobs: 200_000,
  start: (environment) => environment.contender(contenderAt('local/memory-floor'), { settings: { concurrency } }),
}

const bullmq: Opponent = {
  comparison: 'memory ÷ BullMQ',
  minimum: 14,
  jobs: 10_000,
  start: async (environment) => {
    const redisSocket = await environment.redis(false)
    return environment.contender('bench-peers/bullmq', { redisSocket, settings: { concurrency } })
  },
}

/** Compares jobs per second in memory, with the engine's defaults, with those of the floor and of BullMQ. */
export async function memoryRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const settings = { store: 'memory', concurrency }
  return compare(
    environment,
    { jobs: 50_000, start: () => environment.contender(contenderAt('local/local-engine'), { settings }) },
    withPeers ? [floor, bullmq] : [floor],
  )
}
