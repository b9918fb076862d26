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
])('a variable counts as there in %j', (text) => {
  expect(missingVariables(text, [engine])).toEqual([])
})

test.each([
  [''],
  ['OTHER_JOB_PROVIDER=local\n'],
  ['A=JOB_PROVIDER=1\n'],
  ['# JOB_PROVIDER=local\n'],
  ['JOB_PROVIDER_2=a\n'],
])('a variable is missing in %j', (text) => {
  expect(missingVariables(text, [engine])).toEqual([engine])
})

test('one that is only to be found counts as there in a comment too', () => {
  const offered = { ...engine, isOff: true as const }
  expect(missingVariables('# JOB_PROVIDER=\n', [offered])).toEqual([])
  expect(missingVariables('JOB_PROVIDER=local\n', [offered])).toEqual([])
  expect(missingVariables('', [offered])).toEqual([offered])
})

test('what is added comes behind what is there, on lines of its own', () => {
  expect(appendVariables('A=1', [{ ...engine, comment: 'The engine.' }])).toBe(
    'A=1\n# The engine.\nJOB_PROVIDER=inngest\n',
  )
  expect(appendVariables('A=1\r\n', [{ ...engine, isOff: true }])).toBe('A=1\r\n# JOB_PROVIDER=inngest\r\n')
  expect(appendVariables('A=1', [])).toBe('A=1')
})

test.each(knownEngines)('all variables of $name are there once they are added', (engineOfApp) => {
  const variables = variablesFor(engineOfApp)
  expect(missingVariables(appendVariables('', variables), variables)).toEqual([])
})
