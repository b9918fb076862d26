import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import type { App } from './app.ts'
import { readApp } from './read-app.ts'

/** Creates a folder with these files. Values that are not strings are written as JSON. */
function folderWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof contents === 'string' ? contents : JSON.stringify(contents))
  }
  return folder
}

const next = { dependencies: { next: '16' } }

const cases: [string, Record<string, unknown>, Partial<App>][] = [
  ['only a package.json', { 'package.json': {} }, { framework: 'node', sources: '', jobsModule: 'jobs' }],
  ['Express', { 'package.json': { dependencies: { express: '5' } } }, { framework: 'express' }],
  ['Hono and Express', { 'package.json': { dependencies: { express: '5', hono: '4' } } }, { framework: 'hono' }],
  ['Next.js', { 'package.json': next, 'app/page.tsx': '' }, { framework: 'next', variablesFile: '.env.local' }],
  ['Next.js with `app` and `src`', { 'package.json': next, 'app/page.tsx': '', 'src/a.ts': '' }, { sources: '' }],
  ['Next.js with `src/app`', { 'package.json': next, 'src/app/page.tsx': '' }, { sources: 'src/' }],
  ['sources in `src`', { 'package.json': {}, 'src/index.js': '' }, { sources: 'src/', variablesFile: '.env' }],
  ['a lockfile of pnpm', { 'package.json': {}, 'pnpm-lock.yaml': '' }, { packageManager: 'pnpm' }],
  ['a lockfile of yarn', { 'package.json': {}, 'yarn.lock': '' }, { packageManager: 'yarn' }],
  ['a lockfile of npm', { 'package.json': {}, 'package-lock.json': '{}' }, { packageManager: 'npm' }],
  ['a lockfile of bun', { 'package.json': {}, 'bun.lock': '' }, { packageManager: 'bun' }],
  ['`packageManager`', { 'package.json': { packageManager: 'yarn@4.9.0' } }, { packageManager: 'yarn@berry' }],
  ['an unrelated `jobs.mjs`', { 'package.json': {}, 'jobs.mjs': 'export {}' }, { jobsModule: 'background-jobs' }],
  [
    'a `jobs.mjs` that uses this library',
    { 'package.json': {}, 'jobs.mjs': `import '@cgk-platform/jobs'` },
    { jobsModule: 'jobs' },
  ],
  [
    'a compiler that writes files',
    { 'package.json': {}, 'tsconfig.json': { compilerOptions: { outDir: 'dist' } } },
    { compilesToFiles: true },
  ],
  [
    'inherited compiler options with comments',
    {
      'package.json': { type: 'module' },
      'tsconfig.json': '{ "extends": "./base.json" /* shared */ }',
      'base.json': { compilerOptions: { allowImportingTsExtensions: true, noEmit: true } },
    },
    { compilesToFiles: false, style: expect.objectContaining({ importExtension: '.ts' }) },
  ],
  [
    'a module resolution without `exports`',
    { 'package.json': {}, 'tsconfig.json': { compilerOptions: { module: 'commonjs' } } },
    { warnings: [expect.stringContaining('`nodenext`')] },
  ],
]

test.each(cases)('%s', async (_name, files, app) => {
  expect(await readApp(folderWith(files))).toMatchObject(app)
})

test('a named framework overrides the detected one', async () => {
  expect(await readApp(folderWith({ 'package.json': next }), 'hono')).toMatchObject({ framework: 'hono' })
})

test.each([
  ['no folder', {}, 'nowhere', 'no_folder'],
  ['a file', { 'a.txt': '' }, 'a.txt', 'no_folder'],
  ['no package.json', {}, '.', 'no_package_json'],
  ['invalid JSON', { 'package.json': '{ "name": ' }, '.', 'broken_package_json'],
  ['a JSON array', { 'package.json': [] }, '.', 'broken_package_json'],
])('reports %s with a code', async (_name, files, path, code) => {
  await expect(readApp(join(folderWith(files), path))).rejects.toMatchObject({ name: 'InitError', code })
})
