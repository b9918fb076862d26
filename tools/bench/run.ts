import { cpus } from 'node:os'
import { parseArgs } from 'node:util'

import type { BenchRow } from './bench-row.ts'
import { importCost } from './import-cost.ts'
import { inngestOverhead } from './inngest/inngest-overhead.ts'
import { printProfile } from './local/profile/print-profile.ts'
import { partNames, runLocal } from './local/run-local.ts'
import { postgresPartNames, runPostgres } from './postgres/run-postgres.ts'
import { workflowSteps } from './workflow.ts'
import { triggerBurst } from './trigger/burst.ts'
import { triggerOverhead } from './trigger/trigger-overhead.ts'

const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  workflow: workflowSteps,
  import: importCost,
  inngest: inngestOverhead,
  'trigger.dev': async () => [...(await triggerBurst()), ...(await triggerOverhead())],
}
const names = ['local', 'fairness', 'postgres', ...Object.keys(benches)]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    rows: { type: 'string' },
    trial: { type: 'boolean', default: false },
  },
})
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`Unknown bench \`${unknown}\`. Use ${names.join(', ')}, or no name to run all.`)
  process.exit(2)
}

const selected = positionals.length > 0 ? positionals : names

/** Returns the rows to measure of a bench that has these. */
function rowsOf(known: readonly string[]): readonly string[] {
  const only = values.rows?.split(',') ?? known
  const unknownPart = only.find((name) => !known.includes(name))
  if (unknownPart === undefined) return only
  console.error(`Unknown rows \`${unknownPart}\`. Use ${known.join(', ')}.`)
  process.exit(2)
}

const { peers: withPeers, write } = values
const rows = {
  local: selected.includes('local') ? rowsOf(partNames) : [],
  postgres: selected.includes('postgres') ? rowsOf(postgresPartNames) : [],
}
if (selected.includes('local')) {
  if (values.profile) await printProfile()
  else await runLocal({ withPeers, write, only: rows.local })
} else if (selected.includes('fairness')) {
  await runLocal({ withPeers, write, only: ['fairness'] })
}
if (selected.includes('postgres')) await runPostgres({ withPeers, write, isTrial: values.trial, only: rows.postgres })

const others = selected.filter((name) => name in benches)
if (others.length > 0)
  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
for (const bench of others) {
  for (const { name, figure, detail } of await benches[bench]!()) {
    console.log(`${name.padEnd(46)} ${figure.padStart(16)}   ${detail}`)
  }
}
