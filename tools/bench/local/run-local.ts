import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describeMachine } from './machine.ts'
import { performancePage } from './page/performance-page.ts'
import { ratioChart } from './page/ratio-chart.ts'
import type { Row } from './row.ts'
import { durableRows } from './rows/durable-rows.ts'
import { importRow } from './rows/import-row.ts'
import { memoryRows } from './rows/memory-rows.ts'
import { delayedRow, growthRow, latencyRow } from './rows/single-rows.ts'
import { typeCheckRow } from './rows/type-check-row.ts'
import { withBenchEnvironment } from './bench-environment.ts'

const docs = join(import.meta.dirname, '../../../docs')
const chart = 'performance.svg'

/** Options of the local bench. */
export interface LocalBench {
  /** Also measures the other queues, if they and their servers are installed. */
  readonly withPeers: boolean
  /** Writes docs/performance.md and its chart. */
  readonly write: boolean
}

/** Measures the local engine against its targets. Prints each row as soon as it is measured. */
export async function runLocal({ withPeers, write }: LocalBench): Promise<void> {
  await withBenchEnvironment(async (environment) => {
    const machine = describeMachine(environment.folder)
    console.log(`${machine.join('\n')}\n`)
    const rows: Row[] = []
    const add = (...some: readonly Row[]): void => {
      rows.push(...some)
      for (const row of some) print(row)
    }
    add(...(await memoryRows(environment, withPeers)))
    add(...(await durableRows(environment, withPeers)))
    add(await latencyRow())
    add(await delayedRow())
    add(await growthRow())
    add(await importRow())
    add(await typeCheckRow())
    if (!write) return
    writeFileSync(join(docs, chart), ratioChart(rows))
    writeFileSync(join(docs, 'performance.md'), performancePage(machine, rows, chart))
    console.log('\nWrote docs/performance.md and docs/performance.svg.')
  })
}

function print({ comparison, target, measured, verdict, detail }: Row): void {
  console.log(
    [comparison.padEnd(52), target.padEnd(31), measured.padEnd(24), verdict.padEnd(9), detail].join('  ').trimEnd(),
  )
}
