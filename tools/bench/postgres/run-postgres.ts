import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { withBenchEnvironment } from '../contest/bench-environment.ts'
import { describeMachine } from '../contest/machine.ts'
import { allOf, measureParts } from '../report/measure-parts.ts'
import { ratioChart } from '../report/ratio-chart.ts'
import type { Row } from '../report/row.ts'
import { performancePage } from './performance-page.ts'
import type { PostgresBench } from './postgres-bench.ts'
import { bloatRows } from './rows/bloat-rows.ts'
import { backlogRows, laneRows } from './rows/claim-rows.ts'
import { fairnessRows } from './rows/fairness-rows.ts'
import { idleRows } from './rows/idle-rows.ts'
import { latencyRows } from './rows/latency-rows.ts'
import { throughputRows } from './rows/throughput-rows.ts'
import { transactionRows } from './rows/transaction-rows.ts'
import { type BenchServer, openBenchServer } from './server.ts'

const root = join(import.meta.dirname, '../../..')
const chart = 'performance-postgres.svg'

const parts: Readonly<Record<string, (bench: PostgresBench) => Promise<readonly Row[]>>> = {
  throughput: throughputRows,
  latency: latencyRows,
  backlog: backlogRows,
  lanes: laneRows,
  fairness: fairnessRows,
  bloat: bloatRows,
  idle: idleRows,
  transactions: transactionRows,
}

/** The names of the parts of the table, which can be measured alone. */
export const postgresPartNames: readonly string[] = Object.keys(parts)

/** Options of the bench of PostgreSQL. */
export interface PostgresBenchOptions extends Pick<PostgresBench, 'withPeers' | 'isTrial'> {
  /** Writes docs/performance-postgres.md and its chart. Parts that this run did not measure keep their last rows. */
  readonly write: boolean
  /** The parts to measure. */
  readonly only: readonly string[]
}

/** Measures the PostgreSQL engine against its targets. Each part has a server of its own. */
export async function runPostgres({ withPeers, isTrial, write, only }: PostgresBenchOptions): Promise<void> {
  await withBenchEnvironment(async (environment) => {
    const withServer = async <T>(use: (server: BenchServer) => Promise<T>): Promise<T> => {
      const server = await openBenchServer()
      try {
        return await use(server)
      } finally {
        await environment.clear()
        await server.stop()
      }
    }
    const machine = [...describeMachine(environment.folder), await withServer((server) => server.describe())]
    const measured = await measureParts(machine, {
      measure: Object.fromEntries(
        postgresPartNames.map((name) => [
          name,
          () => withServer((server) => parts[name]!({ environment, server, withPeers, isTrial })),
        ]),
      ),
      only,
      isKept: () => withPeers && !isTrial,
      file: join(root, 'node_modules/.bench-postgres-rows.json'),
    })
    if (!write) return
    const all = allOf(measured, postgresPartNames)
    const rows = all.flatMap((part) => part.rows)
    const loads = all.map(({ load }) => load)
    writeFileSync(join(root, 'docs', chart), ratioChart(rows, 'PostgreSQL engine'))
    writeFileSync(join(root, 'docs/performance-postgres.md'), performancePage(machine, loads, rows, chart))
    console.log('\nWrote docs/performance-postgres.md and its chart.')
  })
}
