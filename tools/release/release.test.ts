import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import changelog from './changelog.ts'
import { toMode, UsageError } from './options.ts'
import { changesOf, commonVersion } from './versions.ts'

const repository = join(import.meta.dirname, '../..')

test.each([
  [['--dry-run'], 'dry-run'],
  [['--version'], 'version'],
  [[], 'publish'],
] as const)('%o asks for %s', (args, mode) => {
  expect(toMode(args)).toBe(mode)
})

test.each([[['--dry-run', '--version']], [['--dryrun']], [['now']]])('%o is refused', (args) => {
  expect(() => toMode(args)).toThrow(UsageError)
})

test('a changeset stands in the changelog as it was written', () => {
  const summary = 'Jobs run.\n\n- on one engine\n- on another\n'
  expect(changelog.getReleaseLine({ summary })).toBe('- Jobs run.\n\n  - on one engine\n  - on another')
  expect(changelog.getDependencyReleaseLine()).toBe('')
})

test('the packages have one version', () => {
  expect(commonVersion(repository)).toMatch(/^\d+\.\d+\.\d+/)
})

test('a version that no changelog names has no changes', () => {
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
