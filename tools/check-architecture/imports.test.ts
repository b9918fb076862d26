import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'check-architecture-'))

// Each line creates one file: its violation, path and source, and words of the expected finding (advice or rule).
const rejected: [violation: string, path: string, source: string, finding: string][] = [
  ['core imports a provider', 'packages/jobs-core/src/a.ts', `import '@cgk-platform/jobs-local'`, 'must not import'],
  ['core loads the facade', 'packages/jobs-core/src/b.ts', `await import('@cgk-platform/jobs')`, 'must not import'],
  [
    'core imports a vendor',
    'packages/jobs-core/src/c.ts',
    `export type { Inngest } from 'inngest'`,
    'translate in the provider',
  ],
  [
    'core imports a subpath of a vendor',
    'packages/jobs-core/src/d.ts',
    `import '@trigger.dev/sdk/v3'`,
    'translate in the provider',
  ],
  [
    'core names a vendor in a type',
    'packages/jobs-core/src/e.ts',
    `export type T = import('inngest').T`,
    'type-imports',
  ],
  ['the suite imports a vendor', 'packages/jobs-conformance/src/a.ts', `import 'inngest'`, 'translate in the provider'],
  ['core imports a Node built-in', 'packages/jobs-core/src/f.ts', `import 'node:fs'`, 'Accept the clock'],
  ['core imports a built-in without `node:`', 'packages/jobs-core/src/g.ts', `import 'fs'`, 'node-protocol'],
  [
    'a provider imports another',
    'packages/jobs-inngest/src/a.ts',
    `import '@cgk-platform/jobs-trigger'`,
    'only jobs-core',
  ],
  ['a provider imports the facade', 'packages/jobs-local/src/a.ts', `import '@cgk-platform/jobs'`, 'only jobs-core'],
  [
    'a path imports private files of core',
    'packages/jobs-trigger/src/b.ts',
    `import '../../jobs-core/src/runs/stop.ts'`,
    'are private',
  ],
  [
    'a package name imports private files of core',
    'packages/jobs-trigger/src/a.ts',
    `import '@cgk-platform/jobs-core/src/x.ts'`,
    'are private',
  ],
  ['a tool imports private files of a package', 'tools/a.ts', `import '../packages/jobs/dist/index.js'`, 'are private'],
  [
    'a test imports the tests of another package',
    'packages/jobs-otel/test/a.test.ts',
    `import '../../jobs-core/test/kit/deferred.ts'`,
    'also its tests',
  ],
  [
    'a tool imports the tests of a package',
    'tools/b.ts',
    `import '../packages/jobs-local/test/conformance/index.ts'`,
    'also its tests',
  ],
  [
    'a path imports private files of the test kit',
    'packages/jobs-otel/test/b.test.ts',
    `import '../../../testing/kit/src/work.ts'`,
    'also its tests',
  ],
  [
    'a provider imports a package of tests',
    'packages/jobs-inngest/src/b.ts',
    `import '@cgk-platform/inngest-loopback'`,
    'only jobs-core',
  ],
  [
    'a test of a provider imports another provider',
    'packages/jobs-inngest/test/a.ts',
    `import '@cgk-platform/jobs-local'`,
    'only jobs-core, the suite',
  ],
  [
    'the suite imports a provider',
    'packages/jobs-conformance/src/b.ts',
    `import '@cgk-platform/jobs-local'`,
    'only jobs-core',
  ],
  [
    'a loopback engine imports a provider',
    'testing/inngest-loopback/src/a.ts',
    `import '@cgk-platform/jobs-inngest'`,
    'only jobs-core',
  ],
  ['the test kit imports a vendor', 'testing/kit/src/a.ts', `import 'inngest'`, 'translate in the provider'],
  [
    'the facade imports a package of tests',
    'packages/jobs/src/b.ts',
    `import '@cgk-platform/test-kit/work'`,
    'The facade',
  ],
  [
    'the command line imports a package of tests',
    'packages/jobs-cli/src/b.ts',
    `import '@cgk-platform/test-kit/work'`,
    'The command line',
  ],
  ['the facade imports a vendor', 'packages/jobs/src/a.ts', `import 'inngest'`, 'translate in the provider'],
  ['the command line imports a vendor', 'packages/jobs-cli/src/a.ts', `import 'inngest'`, 'translate in the provider'],
  ['an app imports core', 'examples/shop/a.ts', `import '@cgk-platform/jobs-core'`, 'one of its subpaths'],
  [
    'an app imports a provider',
    'examples/shop/b.ts',
    `import '@cgk-platform/jobs-local/testing'`,
    'one of its subpaths',
  ],
  [
    'an app imports the loopback engine',
    'examples/shop/c.ts',
    `import '@cgk-platform/inngest-loopback'`,
    'one of its subpaths',
  ],
  [
    'the demo imports a provider',
    'examples/storefront/src/demo/a.ts',
    `import '@cgk-platform/jobs-inngest'`,
    'one of its subpaths',
  ],
  [
    "the demo's jobs import the loopback engine",
    'examples/storefront/src/b.ts',
    `import '@cgk-platform/inngest-loopback'`,
    'one of its subpaths',
  ],
  [
    'the tests of an app import a provider',
    'examples/shop/test/a.ts',
    `import '@cgk-platform/jobs-inngest'`,
    'subpaths',
  ],
  [
    'the example of a provider imports the facade',
    'examples/own-provider/a.ts',
    `import '@cgk-platform/jobs'`,
    'only jobs-core',
  ],
  [
    'two files import each other',
    'tools/there.ts',
    `import { b } from './back.ts'\nexport const a = () => b()`,
    'no-cycle',
  ],
  [
    'two files import each other (second file)',
    'tools/back.ts',
    `import { a } from './there.ts'\nexport const b = () => a()`,
    'no-cycle',
  ],
  [
    'two files import a type of each other',
    'tools/type-there.ts',
    `import type { B } from './type-back.ts'\nexport interface A {\n  b: B\n}`,
    'no-cycle',
  ],
  [
    'two files import a type of each other (second file)',
    'tools/type-back.ts',
    `import type { A } from './type-there.ts'\nexport interface B {\n  a: A\n}`,
    'no-cycle',
  ],
  [
    'a room imports a later one',
    'packages/jobs-local/src/rules/a.ts',
    `import '../store/job-store.ts'`,
    'only the rooms before it',
  ],
  [
    'a room imports a type of a later one',
    'packages/jobs-local/src/store/a.ts',
    `export type { Engine } from '../engine/engine.ts'`,
    'only the rooms before it',
  ],
  [
    'a room imports the room that contains it',
    'packages/jobs-local/src/store/sqlite/file/a.ts',
    `import type { Claims } from '../sqlite-store.ts'\nexport type T = Claims`,
    'only the rooms before it',
  ],
  [
    'a room of the PostgreSQL engine imports a later one',
    'packages/jobs-postgres/src/store/runs/a.ts',
    `import '../claims/batches.ts'`,
    'only the rooms before it',
  ],
  [
    'a room loads an entry',
    'packages/jobs-local/src/engine/a.ts',
    `await import('../index.ts')`,
    'only the rooms before it',
  ],
  [
    'a folder that is not listed as a room imports another',
    'packages/jobs-local/src/attic/a.ts',
    `import '../rules/turn-batch.ts'`,
    'only the rooms before it',
  ],
  ['a file has a default export', 'packages/jobs/src/default.ts', 'export default 1', 'no-default-export'],
]

const allowed: [path: string, source: string][] = [
  ['packages/jobs-local/src/store/sqlite/file/b.ts', `import './connection.ts'\nimport '../../../rules/turn-batch.ts'`],
  ['packages/jobs-local/src/store/sqlite/a.ts', `import './file/connection.ts'`],
  ['packages/jobs-local/src/entry.ts', `import './provider/local-provider.ts'`],
  ['packages/jobs-local/src/rules/a.test.ts', `import '../store/job-store.ts'`],
  ['packages/jobs-conformance/src/built-in.ts', `import 'node:fs'`],
  ['packages/jobs-core/src/built-in.test.ts', `import 'node:fs'`],
  ['packages/jobs-local/src/right-way.ts', `import 'node:fs'\nimport '@cgk-platform/jobs-core'`],
  ['packages/jobs-inngest/src/right-way.ts', `import '@cgk-platform/jobs-core'\nimport 'inngest'`],
  [
    'packages/jobs-inngest/test/right-way.ts',
    `import '@cgk-platform/inngest-loopback'\nimport '@cgk-platform/test-kit/work'`,
  ],
  ['packages/jobs-otel/test/right-way.ts', `import '@cgk-platform/jobs-local'\nimport 'inngest'`],
  ['testing/inngest-loopback/src/right-way.ts', `import '@cgk-platform/jobs-core'\nimport 'inngest'`],
  ['packages/jobs-cli/src/right-way.ts', `import '@cgk-platform/jobs'\nimport '@cgk-platform/jobs-dashboard'`],
  ['packages/jobs/src/right-way.ts', `import '@cgk-platform/jobs-core'\nimport '@cgk-platform/jobs-local'`],
  ['examples/shop/right-way.ts', `import '@cgk-platform/jobs'\nimport '@cgk-platform/jobs/local'`],
  ['examples/shop/dashboard.ts', `import '@cgk-platform/jobs-dashboard'`],
  ['examples/storefront/src/demo/right-way.ts', `import '@cgk-platform/inngest-loopback'`],
  ['examples/shop/test/right-way.ts', `import '@cgk-platform/inngest-loopback'`],
  ['examples/shop/test/way-too.ts', `import '@cgk-platform/trigger-loopback'`],
  ['examples/own-provider/test/right-way.ts', `import '@cgk-platform/jobs-conformance'`],
  ['packages/jobs-trigger/src/right-way.ts', `import '@cgk-platform/jobs-core'\nimport '@trigger.dev/sdk'`],
]

let findings: { filename: string; code: string; help?: string }[] = []

/** Lints all files in one run, with the repository's configuration. */
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(repository, 'node_modules/oxlint'), join(folder, 'node_modules/oxlint'))
  cpSync(join(repository, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'))
  for (const [path, source] of [...rejected.map(([, ...file]) => file), ...allowed]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${source}\n`)
  }
  const { stdout } = spawnSync(join(repository, 'node_modules/.bin/oxlint'), ['--format=json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  findings = (JSON.parse(stdout) as { diagnostics: typeof findings }).diagnostics
})

afterAll(() => rmSync(folder, { recursive: true }))

test.each(rejected)('lint fails if %s', (_violation, path, _source, finding) => {
  const found = findings.filter(({ filename }) => filename === path).map(({ code, help }) => `${code}: ${help}`)
  expect(found).toEqual([expect.stringContaining(finding)])
})

test.each(allowed)('lint accepts %s', (path) => {
  expect(findings.filter(({ filename }) => filename === path)).toEqual([])
})
