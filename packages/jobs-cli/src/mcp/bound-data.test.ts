import fc from 'fast-check'
import { expect, test } from 'vitest'

import { boundData, maxResultCharacters } from './bound-data.ts'

test('small data stays as it is, with dates as text', () => {
  const data = { jobs: [{ id: 'a', at: new Date(0), n: 1, ok: true, none: null }] }
  expect(boundData(data)).toEqual({ jobs: [{ id: 'a', at: '1970-01-01T00:00:00.000Z', n: 1, ok: true, none: null }] })
})

test('any JSON fits, without control and invisible characters', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 30 }), (value) => {
      const json = JSON.stringify(boundData({ value }))
      expect(json.length).toBeLessThanOrEqual(maxResultCharacters)
      expect(json).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\\u00[01]/u)
    }),
  )
})

test('instructions cannot hide in variation selectors and other characters that Unicode shows as nothing', () => {
  const hidden = ['\u034f', '\u115f', '\u17b4', '\u180b', '\u3164', '\ufe0f', '\uffa0', '\u{e0100}', '\u{e01ef}'].join(
    '',
  )
  const json = JSON.stringify(boundData({ [hidden]: [hidden] }))
  expect(json).toMatch(/^[\u0020-\u007e]*$/)
})

test.each<[what: string, value: unknown]>([
  ['a text of 16 MiB', 'x'.repeat(16 * 1024 * 1024)],
  ['a million items', Array.from({ length: 1_000_000 }, (_, index) => index)],
  ['many long texts', Array.from({ length: 500 }, () => 'x'.repeat(3000))],
  ['many fields', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field ${index}`, index]))],
  [
    'wide and deep',
    Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => Array.from({ length: 50 }, () => 'text'))),
  ],
])('%s is cut, and says so', (_what, value) => {
  const json = JSON.stringify(boundData({ value }))
  expect(json.length).toBeLessThanOrEqual(maxResultCharacters)
  expect(json).toMatch(/in total|nested deeper|too large/)
})

test('a page of jobs with the longest texts keeps every job', () => {
  const job = (index: number) => ({
    id: `01KB7Q3ZJ0G6T8M4W2XN5Y${index}`,
    event: 'e'.repeat(256),
    tenantId: 't'.repeat(256),
    state: 'completed',
    createdAt: new Date(0),
    startedAt: new Date(0),
    endedAt: new Date(0),
    definitionIds: ['d'.repeat(256)],
    attempts: 3,
    error: { name: 'Error', message: 'm'.repeat(500) },
  })
  const { jobs } = boundData({ jobs: Array.from({ length: 50 }, (_, index) => job(index)) }) as {
    jobs: { id: string }[]
  }
  expect(jobs.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, index) => job(index).id))
})
