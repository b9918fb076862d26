// Compares the public face of every built package with its committed report, and the reference of it in `docs/api/` with
// its docstrings. `--write` renews both. Every export and every member of one must have a docstring.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { entryPoints } from './entry-points.ts'
import { extractApi } from './extract-api.ts'
import { toPages } from './reference/to-pages.ts'
import { undocumented } from './reference/undocumented.ts'

const reference = join(import.meta.dirname, '../../docs/api')
const write = process.argv.includes('--write')
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))
let failed = false

const extracted = entryPoints().map((entry) => {
  const api = extractApi(entry, temporary, write)
  if (api.failed) failed = true
  if (api.changed && write) console.log(`Wrote ${api.committed}`)
  else if (api.changed) {
    fail(`The public face differs from ${api.committed}. Where that is meant: \`./dev fix\`, and add a changeset.`)
    showDifference(api.committed, api.made)
  }
  const bare = undocumented(api.items)
  if (bare.length > 0) fail(`${entry.specifier} has exports without a docstring: ${bare.join(', ')}.`)
  return { ...entry, items: api.items }
})

const pages = toPages(extracted)
for (const file of readdirSync(reference).filter((name) => !pages.has(name))) {
  if (write) rmSync(join(reference, file))
  else fail(`docs/api/${file} is the page of no entry point: \`./dev fix\` removes it.`)
}
for (const [file, text] of pages) {
  const committed = join(reference, file)
  if (!write && !readdirSync(reference).includes(file)) fail(`docs/api/${file} is missing: \`./dev fix\` makes it.`)
  else if (write) writeFileSync(committed, text)
  else if (readFileSync(committed, 'utf8') !== text) {
    fail(`docs/api/${file} differs from the docstrings: \`./dev fix\` renews it.`)
    const made = join(temporary, file)
    writeFileSync(made, text)
    showDifference(committed, made)
  }
}

rmSync(temporary, { recursive: true })
if (failed) process.exit(1)

function fail(message: string): void {
  failed = true
  console.error(message)
}

function showDifference(committed: string, made: string): void {
  spawnSync('git', ['--no-pager', 'diff', '--no-index', committed, made], { stdio: 'inherit' })
}
