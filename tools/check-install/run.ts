// Installs the packages as users do, with each package manager, version of Node, compiler and bundler. Prints a table.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findNodes } from '../check-packages/nodes.ts'
import { packPackages } from '../check-packages/tarballs.ts'
import { readOptions } from './options.ts'
import { parts, exclusiveParts } from './parts.ts'
import { openRegistry } from './registry.ts'
import { renderTable } from './render-table.ts'
import { createInstallChecks } from './install-checks.ts'
import { writePage } from './write-page.ts'

const repository = join(import.meta.dirname, '../..')
const { selected, write, keep } = readOptions(process.argv.slice(2), Object.keys(parts))
const folder = mkdtempSync(join(tmpdir(), 'check-install-'))
const startedAt = performance.now()

const tarballs = await packPackages(repository, folder)
const registry = await openRegistry(tarballs)
try {
  const nodes = await findNodes(join(repository, 'node_modules/.cache'))
  const checks = createInstallChecks({ folder, registry, tarballs, nodes })
  // Two parts at a time, because they often wait for a registry or a server.
  const concurrent = selected.filter((name) => !exclusiveParts.includes(name))
  const runParts = async (): Promise<void> => {
    for (let name = concurrent.shift(); name !== undefined; name = concurrent.shift()) await parts[name]!(checks)
  }
  await Promise.all([runParts(), runParts()])
  for (const name of selected) if (exclusiveParts.includes(name)) await parts[name]!(checks)

  const order = Object.keys(parts)
  const rows = checks.rows.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part))
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(0)
  console.log(`\n${renderTable(rows)}\n`)
  if (write) writePage(repository, rows)
  const failed = rows.filter(({ verdict }) => verdict === 'failed').length
  console.log(`${rows.length - failed} passed, ${failed} failed (${minutes} minutes)`)
  if (failed > 0) process.exitCode = 1
} finally {
  await registry.close()
  if (keep) console.log(`Apps: ${folder}`)
  else rmSync(folder, { recursive: true })
}
