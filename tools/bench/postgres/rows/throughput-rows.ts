import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { compare, type Opponent, type Side } from '../../contest/compare.ts'
import { contenderAt } from '../../contest/start-contender.ts'
import type { Row } from '../../report/row.ts'
import type { PostgresBench } from '../postgres-bench.ts'

/** Measures jobs per second, sent 1,000 at a time, against the engine's own statements and other queues. */
export async function throughputRows({ environment, server, withPeers, isTrial }: PostgresBench): Promise<Row[]> {
  const jobs = isTrial ? 2_000 : 20_000
  const sideOf = (module: string, settings: Readonly<Record<string, number>> = {}): Side => ({
    jobs,
    start: async (where: BenchEnvironment) =>
      where.contender(module, { postgresUrl: await server.createDatabase(), settings }),
  })
  const settings = { concurrency: 1_000 }
  const bound: Opponent = {
    ...sideOf(contenderAt('postgres/statements'), settings),
    comparison: 'engine ÷ its own statements',
    minimum: 0.6,
  }
  const peers: readonly Opponent[] = [
    { ...sideOf('bench-peers/pg-boss'), comparison: 'engine ÷ pg-boss', minimum: 1.2 },
    {
      ...sideOf('bench-peers/graphile-worker'),
      comparison: 'engine ÷ graphile-worker',
      reason: 'it deletes what is completed',
    },
  ]
  return compare(environment, sideOf(contenderAt('postgres/engine'), settings), withPeers ? [bound, ...peers] : [bound])
}
