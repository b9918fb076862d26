// Installs the packages as strangers do, by every package manager, Node, compiler and bundler, and prints what works.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findNodes } from '../check-packages/nodes.ts'
import { packPackages } from '../check-packages/tarballs.ts'
import { readOptions } from './options.ts'
import { parts, partsAlone } from './parts.ts'
import { openRegistry } from './registry.ts'
import { renderTable } from './render-table.ts'
import { createTrial } from './trial.ts'
import { writePage } from './write-page.ts'

const repository = join(import.meta.dirname, '../..')
const { wanted, write, keep } = readOptions(process.argv.slice(2), Object.keys(parts))
const folder = mkdtempSync(join(tmpdir(), 'check-install-'))
const began = performance.now()

const tarballs = await packPackages(repository, folder)
const registry = await openRegistry(tarballs)
try {
  const nodes = await findNodes(join(repository, 'node_modules/.cache'))
  const trial = createTrial({ folder, registry, tarballs, nodes })
  // Two at a time: half of what they do is waiting for a registry, or for a server.
  const waiting = wanted.filter((name) => !partsAlone.includes(name))
  const runWaiting = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await parts[name]!(trial)
  }
  await Promise.all([runWaiting(), runWaiting()])
  for (const name of wanted) if (partsAlone.includes(name)) await parts[name]!(trial)

  const order = Object.keys(parts)
  const rows = trial.rows.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part))
  const minutes = ((performance.now() - began) / 60_000).toFixed(0)
  console.log(`\n${renderTable(rows)}\n`)
  if (write) writePage(repository, rows)
  const failed = rows.filter(({ verdict }) => verdict === 'failed').length
  console.log(`${rows.length - failed} passed, ${failed} failed (${minutes} minutes)`)
  if (failed > 0) process.exitCode = 1
} finally {
  await registry.close()
  if (keep) console.log(`The apps are in ${folder}`)
  else rmSync(folder, { recursive: true })
}
