import { readFileSync } from 'node:fs'
import { blocksOf } from '@cgk-platform/test-kit/extract-snippets'
import { describe, expect, test } from 'vitest'

import { blocks } from './specification-project.ts'
import { specifiedEvents, specifiedFunctions } from './specified-names.ts'

// Set it to the path of the specification to check that the fixture is extracted from it.
const path = process.env['SPECIFICATION']

describe.runIf(path)('the file that SPECIFICATION names', () => {
  const text = path ? readFileSync(path, 'utf8') : ''

  /** Returns the names in the list under a heading: `- \`name(arguments)\` - …`. */
  function namesUnder(heading: string): string[] {
    const [, section] = text.split(`## ${heading}\n`)
    return [...section!.split(/^## /m)[0]!.matchAll(/^- `([\w.]+)/gm)].map(([, name]) => name!)
  }

  test('has exactly the blocks of the fixture, under the same headings', () => {
    const plain = (all: typeof blocks) => all.map(({ headings, info, code }) => ({ headings, info, code }))
    expect(plain(blocks)).toEqual(plain(blocksOf(text)))
  })

  test('lists exactly the tested events', () => {
    expect(namesUnder('Supported Job Events')).toEqual(specifiedEvents)
  })

  test('lists exactly the tested exports', () => {
    const types = ['JobEvent', 'JobPayload', 'JobContext', 'RetryConfig']
    expect(namesUnder('Key Exports').toSorted()).toEqual([...specifiedFunctions, ...types].toSorted())
  })
})
