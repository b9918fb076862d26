import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { compare, type Side } from '../../contest/compare.ts'
import type { Row } from '../../report/row.ts'
import { contenderAt } from '../../contest/start-contender.ts'

const stores = [
  { store: 'memory', jobs: 50_000 },
  { store: 'sqlite', jobs: 20_000 },
]

/** Compares jobs per second with a million queued jobs with those with ten thousand. */
export async function queueRows(environment: BenchEnvironment): Promise<Row[]> {
  const rows: Row[] = []
  for (const { store, jobs } of stores) {
    const withQueue = (queued: number): Side => ({
      jobs,
      start: () => environment.contender(contenderAt('local/queue-length'), { settings: { store, queued } }),
    })
    const name = store === 'memory' ? 'memory' : 'SQLite'
    const short = { ...withQueue(10_000), comparison: `a million queued ÷ 10,000, ${name}`, minimum: 0.8 }
    const compared = await compare(environment, withQueue(1_000_000), [short])
    rows.push(...compared.map(({ ratio: _, ...row }) => row)) // not in the chart of other queues
  }
  return rows
}
