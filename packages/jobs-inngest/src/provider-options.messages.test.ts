import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const compiler = fromHere('../../../node_modules/.bin/tsc')

/** What is written for `inngest` by mistake, and what the compiler's message must name. */
const mistakes: Record<string, { readonly options: string; readonly names: readonly string[] }> = {
  'a misspelt option': {
    options: `{ throttel: { limit: 1, period: '1s' } }`,
    names: ["'throttel' does not exist in type 'InngestOptions'", "Did you mean to write 'throttle'?"],
  },
  'an option that is refused': {
    options: `{ rateLimit: { limit: 1, period: '1s' } }`,
    names: ["'rateLimit' does not exist in type 'InngestOptions'"],
  },
  'an option of another type': {
    options: `{ throttle: { limit: 'one', period: '1s' } }`,
    names: ["'string' is not assignable to type 'number'"],
  },
}

const fileOf = (name: string): string => `${name.replaceAll(' ', '-')}.ts`
const codeWith = (options: string): string => `
import { defineJob } from '${fromHere('./index.ts')}'
defineJob({ id: 'x', event: 'order.created', handler: () => undefined, providerOptions: { inngest: ${options} } })
`

describe('the compiler’s message', () => {
  let directory: string
  let said: readonly string[]

  beforeAll(async () => {
    // Inside the package, so that its dependencies are found.
    directory = await mkdtemp(join(fromHere('../node_modules'), '.types-'))
    const files: Record<string, string> = {
      'right.ts': codeWith(`{ throttle: { limit: 1, period: '1s' } }`),
      ...Object.fromEntries(Object.entries(mistakes).map(([name, { options }]) => [fileOf(name), codeWith(options)])),
    }
    const tsconfig = {
      extends: fromHere('../../../tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        declaration: false,
        isolatedDeclarations: false,
        allowImportingTsExtensions: true,
        rewriteRelativeImportExtensions: false,
      },
      files: Object.keys(files),
    }
    for (const [name, text] of Object.entries({ ...files, 'tsconfig.json': JSON.stringify(tsconfig) })) {
      await writeFile(join(directory, name), text)
    }
    said = (await compile(directory)).split(/\n(?=\S)/).filter((message) => message.includes('error TS'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('is none for options that are right', () => {
    expect(said.filter((message) => !Object.keys(mistakes).some((name) => message.startsWith(fileOf(name))))).toEqual(
      [],
    )
  })

  test.each(Object.entries(mistakes))('names what is wrong in a line: %s', (name, { names }) => {
    const [message, ...more] = said.filter((one) => one.startsWith(fileOf(name)))
    expect(more).toEqual([])
    for (const part of names) expect(message).toContain(part)
    expect(message!.length).toBeLessThan(300)
  })
})

async function compile(directory: string): Promise<string> {
  const compiled = promisify(execFile)(compiler, ['--pretty', 'false', '--project', directory], { cwd: directory })
  return compiled.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
}
