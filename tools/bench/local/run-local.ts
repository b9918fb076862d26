import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type BenchEnvironment, withBenchEnvironment } from '../contest/bench-environment.ts'
import { describeMachine } from '../contest/machine.ts'
import { fairnessHeading, fairnessSection } from './page/fairness-section.ts'
import { performancePage } from './page/performance-page.ts'
import { telemetryHeading, telemetrySection } from './page/telemetry-section.ts'
import { withSection } from './page/with-section.ts'
import { fairnessChart } from './page/fairness-chart.ts'
import { allOf, type Measured, measureParts } from '../report/measure-parts.ts'
import { ratioChart } from '../report/ratio-chart.ts'
import type { Row } from '../report/row.ts'
import { durableRows } from './rows/durable-rows.ts'
import { exampleAppRow } from './rows/example-app-row.ts'
import { importRow } from './rows/import-row.ts'
import { fairnessRows } from './rows/fairness-rows.ts'
import { inspectionRows } from './rows/inspection-rows.ts'
import { loadRows } from './rows/load-rows.ts'
import { memoryRows } from './rows/memory-rows.ts'
import { profileRows } from './rows/profile-rows.ts'
import { queueRows } from './rows/queue-rows.ts'
import { delayedRow, heapRow, latencyRow } from './rows/single-rows.ts'
import { telemetryRows } from './rows/telemetry-rows.ts'
import { typeCheckRow } from './rows/type-check-row.ts'
import { workflowRows } from './rows/workflow-rows.ts'

const root = join(import.meta.dirname, '../../..')
const charts = { ratios: 'performance.svg', fairness: 'fairness.svg' }

type Measure = (environment: BenchEnvironment, withPeers: boolean) => Promise<readonly Row[]>

const parts: Readonly<Record<string, Measure>> = {
  memory: memoryRows,
  durable: durableRows,
  workflows: workflowRows,
  latency: async () => [await latencyRow()],
  load: loadRows,
  fairness: fairnessRows,
  delayed: async () => [await delayedRow()],
  heap: async () => [await heapRow()],
  queue: queueRows,
  inspection: inspectionRows,
  telemetry: telemetryRows,
  import: async () => [await importRow()],
  profile: profileRows,
  types: async () => [await typeCheckRow(), await exampleAppRow()],
}

/** The names of the parts of the table, which can be measured alone. */
export const partNames: readonly string[] = Object.keys(parts)

/** Options of the local bench. */
export interface LocalBench {
  /** Also measures the other queues, if they and their servers are installed. */
  readonly withPeers: boolean
  /** Writes docs/performance.md and its chart. Parts that this run did not measure keep their last rows. */
  readonly write: boolean
  /** The parts to measure. */
  readonly only: readonly string[]
}

/** Measures the local engine against its targets. Prints each row as soon as its part is measured. */
export async function runLocal({ withPeers, write, only }: LocalBench): Promise<void> {
  await withBenchEnvironment(async (environment) => {
    const machine = describeMachine(environment.folder)
    const measured = await measureParts(machine, {
      measure: Object.fromEntries(partNames.map((name) => [name, () => parts[name]!(environment, withPeers)])),
      only,
      isKept: (name) => withPeers || name === 'telemetry',
      file: join(root, 'node_modules/.bench-rows.json'),
    })
    if (!write) return
    if (only.length === 1 && only[0] === 'fairness') return writeFairness(measured, machine)
    if (only.length === 1 && only[0] === 'telemetry') return writeTelemetry(measured, machine)
    const all = allOf(measured, partNames)
    const rows = all.flatMap((part) => part.rows)
    const loads = all.map(({ load }) => load)
    writeFileSync(join(root, 'docs', charts.ratios), ratioChart(rows, 'local engine'))
    writeFileSync(join(root, 'docs', charts.fairness), fairnessChart(rows))
    writeFileSync(join(root, 'docs/performance.md'), performancePage(machine, loads, rows, charts))
    console.log('\nWrote docs/performance.md and its charts.')
  })
}

/** Writes only the section and the chart of the turns of tenants. The rest of the page stays. */
function writeFairness({ fairness }: Measured, machine: readonly string[]): void {
  if (!fairness) throw new Error('Measure it with the other queues: `--peers`.')
  const page = join(root, 'docs/performance.md')
  const facts = [...machine, `load average before it: ${fairness.load.toFixed(2)}`]
  const section = fairnessSection(fairness.rows, charts.fairness, facts)
  writeFileSync(join(root, 'docs', charts.fairness), fairnessChart(fairness.rows))
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), fairnessHeading, section))
  console.log('\nWrote the turns of tenants in docs/performance.md, and their chart.')
}

/** Writes only the section of the cost of traces. The rest of the page stays. */
function writeTelemetry({ telemetry }: Measured, machine: readonly string[]): void {
  const page = join(root, 'docs/performance.md')
  const facts = [...machine.slice(0, 2), `load average before it: ${telemetry!.load.toFixed(2)}`]
  const section = telemetrySection(telemetry!.rows, facts)
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), telemetryHeading, section))
  console.log('\nWrote the cost of traces in docs/performance.md.')
}
