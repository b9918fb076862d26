import { cpus } from 'node:os'
import { parseArgs } from 'node:util'

import type { BenchRow } from './bench-row.ts'
import { importCost } from './import-cost.ts'
import { inngestOverhead } from './inngest/inngest-overhead.ts'
import { runLocal } from './local/run-local.ts'
import { workflowSteps } from './workflow.ts'
import { triggerOverhead } from './trigger/trigger-overhead.ts'

const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  workflow: workflowSteps,
  import: importCost,
  inngest: inngestOverhead,
  'trigger.dev': triggerOverhead,
}
const names = ['local', ...Object.keys(benches)]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peers: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
})
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`There is no bench \`${unknown}\`. The benches are ${names.join(', ')}; no name is all.`)
  process.exit(2)
}

const wanted = positionals.length > 0 ? positionals : names
if (wanted.includes('local')) await runLocal({ withPeers: values.peers, write: values.write })

const others = wanted.filter((name) => name !== 'local')
if (others.length > 0)
  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
for (const name of others) {
  for (const { what, figure, detail } of await benches[name]!()) {
    console.log(`${what.padEnd(46)} ${figure.padStart(16)}   ${detail}`)
  }
}
