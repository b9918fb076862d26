import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'tsdown'

import { programFolder } from './program-folder.ts'

/** Bundles the sources once for a test run: a process loads a bundle with a quarter of the processor time. */
export async function setup(): Promise<void> {
  const outDir = join(programFolder(), 'node_modules/@cgk-platform/jobs-local')
  await build({
    config: false,
    cwd: join(import.meta.dirname, '../..'),
    entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
    outDir,
    platform: 'node',
    inputOptions: { resolve: { conditionNames: ['@cgk-platform/source', 'node', 'import', 'default'] } },
    deps: { alwaysBundle: [/^(?!node:)/], onlyBundle: false },
    dts: false,
    fixedExtension: false,
    logLevel: 'warn',
    report: false,
  })
  const exports = { '.': './index.js', './testing': './testing.js' }
  writeFileSync(join(outDir, 'package.json'), JSON.stringify({ type: 'module', exports }))
}
