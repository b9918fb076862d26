import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { conformanceCases } from '@cgk-platform/jobs-conformance'
import { expect, test } from 'vitest'

import { readMeasurements } from './measurement.ts'
import { renderCapabilities } from './render-capabilities.ts'
import { columnNames } from './targets.ts'

test('docs/capabilities.md is up to date: `./dev conformance --render` renews it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/capabilities.md'), 'utf8')
  expect(page).toBe(renderCapabilities(readMeasurements(columnNames())))
})

test('each row counts every case of the suite, also those that are newer than the run, and no others', () => {
  const [one, other] = conformanceCases
  const outcomes = { [one!.id]: 'passed', [other!.id]: 'not supported', 'no-longer-a-case': 'passed' } as const
  const page = renderCapabilities([{ provider: 'old', outcomes }])
  expect(page).toContain(`| old    | 1      | 0      | 1             | ${conformanceCases.length - 2}         |`)
})

test('a case that failed is named below the table', () => {
  const [{ id, title } = { id: '', title: '' }] = conformanceCases
  expect(renderCapabilities([{ provider: 'one', outcomes: { [id]: 'failed' } }])).toContain(`- one, failed: ${title}.`)
})

test.each(['a signal', '`since`', '`step.restart`'])('a case that needs only `workflows` tests %s', (part) => {
  const cases = conformanceCases.filter(({ requiredFeatures }) => requiredFeatures?.join(', ') === 'workflows')
  expect(cases.map(({ title }) => title).join('; ')).toContain(part)
})
