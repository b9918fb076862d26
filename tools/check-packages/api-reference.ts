// Compares docs/api with the docstrings.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../api-reference')
const made = mkdtempSync(join(tmpdir(), 'api-reference-'))
const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'inherit' }).status === 0

const isCurrent =
  run(join(folder, 'node_modules/.bin/typedoc'), '--options', folder, '--out', made) &&
  run('diff', '-r', join(folder, '../../docs/api'), made)
rmSync(made, { recursive: true })
if (!isCurrent) {
  console.error('docs/api differs from the docstrings. Run `./dev fix`.')
  process.exit(1)
}
