import { readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf, snippetsOf } from '@cgk-platform/test-kit/extract-snippets'
import { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'

import { registerCodemod } from '../src/codemod/register-codemod.ts'
import { openCodeBase } from './codemod/open-code-base.ts'

// Runs the `codemod` example of docs/cli.md.

const document = readDocument('docs/cli.md')

test('the command prints the output in the guide', () => {
  const { code } = snippetsOf('docs/cli.md', document).find(({ file }) => file === 'trigger/orders.ts')!
  const app = openCodeBase({ 'trigger/orders.ts': code })
  onTestFinished(() => app.remove())
  const blocks = blocksOf(document)
  const index = blocks.findIndex((block) => block.code.endsWith(' codemod trigger --tenant-field shopId'))
  expect(blocks[index + 1]).toMatchObject({ info: 'text' })
  expect(app.convert({ tenantField: ['shopId'] })).toBe(blocks[index + 1]!.code)
})

test('the guide lists the options of the command', () => {
  const program = new Command()
  registerCodemod(program)
  const section = document.split(/^## /m).find((text) => text.startsWith('codemod\n'))
  const named = [...section!.matchAll(/^- `(--[^`]+)`/gm)].map(([, option]) => option)
  expect(named).toEqual(program.commands[0]!.commands[0]!.options.map(({ flags }) => flags))
})
