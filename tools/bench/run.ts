import { cpus } from 'node:os'

import type { BenchRow } from './bench-row.ts'
import { delayedJobs } from './delayed-jobs.ts'
import { importCost } from './import-cost.ts'
import { inngestOverhead } from './inngest/inngest-overhead.ts'
import { startLatency } from './start-latency.ts'
import { throughput } from './throughput.ts'
import { workflowSteps } from './workflow.ts'
import { triggerOverhead } from './trigger/trigger-overhead.ts'

const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  throughput,
  latency: startLatency,
  delayed: delayedJobs,
  workflow: workflowSteps,
  import: importCost,
  inngest: inngestOverhead,
  'trigger.dev': triggerOverhead,
}
const local = ['throughput', 'latency', 'delayed', 'workflow']

const wanted = process.argv.slice(2).flatMap((name) => (name === 'local' ? local : name))
const unknown = wanted.find((name) => !(name in benches))
if (unknown !== undefined) {
  console.error(
    `There is no bench \`${unknown}\`. The benches are ${Object.keys(benches).join(', ')}; \`local\` is three of them, no name is all.`,
  )
  process.exit(2)
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  for (const { what, figure, detail } of await benches[name]!()) {
    console.log(`${what.padEnd(46)} ${figure.padStart(16)}   ${detail}`)
  }
}
