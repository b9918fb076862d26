import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { compare, type Opponent } from '../../contest/compare.ts'
import type { Row } from '../../report/row.ts'
import { contenderAt } from '../../contest/start-contender.ts'

// Each step is recorded before the next one begins: on disk, except in memory.
const peers: readonly Opponent[] = [
  {
    comparison: 'workflow ÷ openworkflow',
    minimum: 1,
    jobs: 1_000,
    start: (environment) => environment.contender('bench-peers/openworkflow'),
  },
  {
    comparison: 'workflow ÷ DBOS',
    minimum: 1,
    jobs: 1_000,
    start: async (environment) =>
      environment.contender('bench-peers/dbos', { postgresUrl: await environment.postgres() }),
  },
]

const inMemory: Opponent = {
  comparison: 'workflow, SQLite ÷ memory',
  jobs: 20_000,
  start: (environment) => environment.contender(contenderAt('local/local-workflow'), { settings: { store: 'memory' } }),
}

/** Compares steps per second of workflows: many runs of ten steps, fifty at once. */
export async function workflowRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const settings = { store: 'sqlite' }
  const rows = await compare(
    environment,
    { jobs: 10_000, start: () => environment.contender(contenderAt('local/local-workflow'), { settings }) },
    withPeers ? [...peers, inMemory] : [inMemory],
    'steps/s',
  )
  const { ratio: _, ...memory } = rows.at(-1)! // not in the chart of other queues
  return [...rows.slice(0, -1), memory]
}
