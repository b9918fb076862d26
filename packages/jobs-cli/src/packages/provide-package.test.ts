import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)

/** Imports a package in a process after `providePackage`, and prints what it exports. */
async function importWith(path: readonly string[], name = 'optional-parser'): Promise<string> {
  const code = `
    import { providePackage } from ${JSON.stringify(join(import.meta.dirname, 'provide-package.ts'))}
    providePackage('optional-parser')
    console.log((await import('${name}')).default)`
  const env = { PATH: [...path, process.env['PATH']].join(delimiter) }
  const { stdout } = await run('node', ['--input-type=module', '--eval', code], { cwd: import.meta.dirname, env })
  return stdout.trim()
}

test('a package in a folder of `PATH` can be imported, with what it imports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'npx-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const modules = join(folder, 'node_modules')
  const files: Record<string, string> = {
    'optional-parser/package.json': '{ "type": "module", "exports": "./index.js" }',
    'optional-parser/index.js': "export { default } from 'what-it-needs'",
    'what-it-needs/package.json': '{ "exports": "./index.cjs" }',
    'what-it-needs/index.cjs': "module.exports = 'parsed'",
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(modules, file, '..'), { recursive: true })
    writeFileSync(join(modules, file), text)
  }
  await expect(importWith([])).rejects.toThrow("Cannot find package 'optional-parser'")
  const path = [join(modules, '.bin')]
  expect(await importWith(path)).toBe('parsed')
  await expect(importWith(path, 'missing')).rejects.toThrow(
    `Cannot find package 'missing' imported from ${import.meta.dirname}`,
  )
})
