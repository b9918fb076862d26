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
import { inWorkplace } from './workplace.ts'

const docs = join(import.meta.dirname, '../../../docs')
const chart = 'performance.svg'

/** What a run of the table is asked for. */
export interface LocalBench {
  /** The other queues too, as far as they and their servers are there. */
  readonly withPeers: boolean
  /** Writes docs/performance.md and its chart. */
  readonly write: boolean
}

/** Measures the local engine against its targets, and prints each row when it is known. */
export async function runLocal({ withPeers, write }: LocalBench): Promise<void> {
  await inWorkplace(async (workplace) => {
    const machine = describeMachine(workplace.folder)
    console.log(`${machine.join('\n')}\n`)
    const rows: Row[] = []
    const add = (...some: readonly Row[]): void => {
      rows.push(...some)
      for (const row of some) print(row)
    }
    add(...(await memoryRows(workplace, withPeers)))
    add(...(await durableRows(workplace, withPeers)))
    add(await latencyRow())
    add(await delayedRow())
    add(await growthRow())
    add(await importRow())
    add(await typeCheckRow())
    if (!write) return
    writeFileSync(join(docs, chart), ratioChart(rows))
    writeFileSync(join(docs, 'performance.md'), performancePage(machine, rows, chart))
    console.log('\nWritten to docs/performance.md.')
  })
}

function print({ what, target, measured, verdict, detail }: Row): void {
  console.log([what.padEnd(52), target.padEnd(31), measured.padEnd(24), verdict.padEnd(9), detail].join('  ').trimEnd())
}
