import { expect, test } from 'vitest'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { appendVariables, missingVariables } from './append-variables.ts'
import { variablesFor } from './variables-for.ts'

const engine = { name: 'JOB_PROVIDER', value: 'inngest' }

test.each([
  ['JOB_PROVIDER=local\n'],
  ['A=1\n  JOB_PROVIDER = local'],
  ['export JOB_PROVIDER=local\n'],
  ['JOB_PROVIDER=\r\nA=1\r\n'],
])('finds the variable in %j', (text) => {
  expect(missingVariables(text, [engine])).toEqual([])
})

test.each([
  [''],
  ['OTHER_JOB_PROVIDER=local\n'],
  ['A=JOB_PROVIDER=1\n'],
  ['# JOB_PROVIDER=local\n'],
  ['JOB_PROVIDER_2=a\n'],
])('reports the variable as missing in %j', (text) => {
  expect(missingVariables(text, [engine])).toEqual([engine])
})

test('finds a commented-out variable in a comment', () => {
  const offered = { ...engine, isCommentedOut: true as const }
  expect(missingVariables('# JOB_PROVIDER=\n', [offered])).toEqual([])
  expect(missingVariables('JOB_PROVIDER=local\n', [offered])).toEqual([])
  expect(missingVariables('', [offered])).toEqual([offered])
})

test('appends variables on their own lines', () => {
  expect(appendVariables('A=1', [{ ...engine, comment: 'The engine.' }])).toBe(
    'A=1\n# The engine.\nJOB_PROVIDER=inngest\n',
  )
  expect(appendVariables('A=1\r\n', [{ ...engine, isCommentedOut: true }])).toBe('A=1\r\n# JOB_PROVIDER=inngest\r\n')
  expect(appendVariables('A=1', [])).toBe('A=1')
})

test.each(knownEngines)('all variables of $name are present after appending them', (engineOfApp) => {
  const variables = variablesFor(engineOfApp)
  expect(missingVariables(appendVariables('', variables), variables)).toEqual([])
})
