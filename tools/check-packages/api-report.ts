// Compares the public API of every built package with its committed report. `--write` updates the reports.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { entryPoints } from './entry-points.ts'
import { extractApi } from './extract-api.ts'

const write = process.argv.includes('--write')
const temporary = mkdtempSync(join(tmpdir(), 'api-report-'))
let failed = false

for (const entry of entryPoints()) {
  const api = extractApi(entry, temporary, write)
  if (api.failed) failed = true
  if (api.changed && write) console.log(`Wrote ${api.committed}`)
  else if (api.changed) {
    failed = true
    console.error(
      `The public API differs from ${api.committed}. If this is intended, run \`./dev fix\` and add a changeset.`,
    )
    spawnSync('git', ['--no-pager', 'diff', '--no-index', api.committed, api.made], { stdio: 'inherit' })
  }
}

rmSync(temporary, { recursive: true })
if (failed) process.exit(1)
