import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents, readDocument, repository } from '@cgk-platform/test-kit/documents'
import { expect, test } from 'vitest'

const [usage = ''] = /^usage='[^']*'/m.exec(readFileSync(join(repository, 'dev'), 'utf8')) ?? []
const verbs = [...usage.matchAll(/^ {2}([\w-]+)(?: {2,}\w.*)?$/gm)].map(([, verb]) => verb!)

test.each(documents)('%s names no verb that ./dev does not have', (document) => {
  const named = [...readDocument(document).matchAll(/\.\/dev ([\w-]+)/g)].map(([, verb]) => verb!)
  expect([...verbs, 'help']).toEqual(expect.arrayContaining(named))
})

const workflows = globSync('.github/workflows/*.yml', { cwd: repository })

test.each([...workflows, '.ci/run'])('%s names no verb that ./dev does not have', (file) => {
  const named = [...readDocument(file).matchAll(/\.\/dev ([\w-]+)/g)].map(([, verb]) => verb!)
  expect([...verbs, 'help']).toEqual(expect.arrayContaining(named))
  expect(workflows).toContain('.github/workflows/ci.yml')
})

test.each(verbs)('./dev %s --help prints help, and does nothing else', (verb) => {
  for (const flag of ['--help', '-h']) {
    if (verb === 'demo' && flag === '-h') continue
    const printed = execFileSync(join(repository, 'dev'), [verb, flag], { encoding: 'utf8' })
    expect(printed).toMatch(/^Usage: \.\/dev /)
  }
})
