import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf } from '@cgk-platform/test-kit/extract-snippets'
import { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'

import { registerInit } from '../src/init/register-init.ts'
import { runInit } from '../src/init/run-init.ts'

// Runs the `init` example of docs/cli.md.

const document = readDocument('docs/cli.md')

/** Creates the app of the guide. */
function openApp(): string {
  const root = mkdtempSync(join(tmpdir(), 'init-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const [dependencies, devDependencies] = [
    { express: '^5.3.0' },
    { tsx: '^4', '@types/node': '^24', '@types/express': '^5' },
  ]
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module', dependencies, devDependencies }))
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext' } }))
  writeFileSync(join(root, 'package-lock.json'), '{}')
  writeFileSync(join(root, '.gitignore'), 'node_modules\n')
  mkdirSync(join(root, 'src'))
  return root
}

test('the command prints the output in the guide', async () => {
  const blocks = blocksOf(document)
  const index = blocks.findIndex(({ code }) => code === 'npx @cgk-platform/jobs-cli init --provider inngest --yes')
  const lines: string[] = []
  const terminal = { print: (text: string) => void lines.push(text), isInteractive: false }
  await runInit({ cwd: openApp(), provider: 'inngest', yes: true }, terminal)
  expect(blocks[index + 1]).toMatchObject({ info: 'text', follows: true })
  expect(lines.join('\n')).toBe(blocks[index + 1]!.code)
})

test('the guide lists the options of the command', () => {
  const program = new Command()
  registerInit(program)
  const section = document.split(/^## /m).find((text) => text.startsWith('init\n'))
  const named = [...section!.matchAll(/^- `(--[^`]+)`/gm)].map(([, option]) => option)
  expect(named).toEqual(program.commands[0]!.options.map(({ flags }) => flags))
})
