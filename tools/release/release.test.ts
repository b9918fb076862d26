import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import changelog from './changelog.ts'
import { readMode, UsageError } from './options.ts'
import { changesOf, commonVersion } from './versions.ts'

const repository = join(import.meta.dirname, '../..')

test.each([
  [['--dry-run'], 'dry-run'],
  [['--version'], 'version'],
  [[], 'publish'],
] as const)('%o selects the mode %s', (args, mode) => {
  expect(readMode(args)).toBe(mode)
})

test.each([[['--dry-run', '--version']], [['--dryrun']], [['now']]])('rejects %o', (args) => {
  expect(() => readMode(args)).toThrow(UsageError)
})

test('writes a changeset into the changelog unchanged', () => {
  const summary = 'Jobs run.\n\n- on one engine\n- on another\n'
  expect(changelog.getReleaseLine({ summary })).toBe('- Jobs run.\n\n  - on one engine\n  - on another')
  expect(changelog.getDependencyReleaseLine()).toBe('')
})

test('all packages have the same version', () => {
  expect(commonVersion(repository)).toMatch(/^\d+\.\d+\.\d+/)
})

test('a version without a section in the changelog has no changes', () => {
  expect(changesOf(repository, '999.0.0')).toBeUndefined()
})

test.each([
  ['ci.yml', '.ci/run'],
  ['release.yml', '.ci/run'],
  ['release.yml', './dev release --dry-run'],
  ['release.yml', 'version-script: ./dev release --version'],
  ['release.yml', 'publish-script: ./dev release\n'],
])('the workflow %s calls %s', (file, command) => {
  expect(readFileSync(join(repository, '.github/workflows', file), 'utf8')).toContain(command)
})
