import { cpus } from 'node:os'
import { parseArgs } from 'node:util'

import type { BenchRow } from './bench-row.ts'
import { importCost } from './import-cost.ts'
import { inngestOverhead } from './inngest/inngest-overhead.ts'
import { printProfile } from './local/profile/print-profile.ts'
import { partNames, runLocal } from './local/run-local.ts'
import { workflowSteps } from './workflow.ts'
import { triggerBurst } from './trigger/burst.ts'
import { triggerOverhead } from './trigger/trigger-overhead.ts'

const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  workflow: workflowSteps,
  import: importCost,
  inngest: inngestOverhead,
  'trigger.dev': async () => [...(await triggerBurst()), ...(await triggerOverhead())],
}
const names = ['local', 'fairness', ...Object.keys(benches)]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    rows: { type: 'string', default: partNames.join(',') },
  },
})
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`Unknown bench \`${unknown}\`. Use ${names.join(', ')}, or no name to run all.`)
  process.exit(2)
}

const only = values.rows.split(',')
const unknownPart = only.find((name) => !partNames.includes(name))
if (unknownPart !== undefined) {
  console.error(`Unknown rows \`${unknownPart}\`. Use ${partNames.join(', ')}.`)
  process.exit(2)
}

const selected = positionals.length > 0 ? positionals : names
if (selected.includes('local')) {
  if (values.profile) await printProfile()
  else await runLocal({ withPeers: values.peers, write: values.write, only })
} else if (selected.includes('fairness')) {
  await runLocal({ withPeers: values.peers, write: values.write, only: ['fairness'] })
}

const others = selected.filter((name) => name in benches)
if (others.length > 0)
  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
for (const bench of others) {
  for (const { name, figure, detail } of await benches[bench]!()) {
    console.log(`${name.padEnd(46)} ${figure.padStart(16)}   ${detail}`)
  }
}
