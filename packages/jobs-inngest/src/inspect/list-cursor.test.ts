import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import { expect, test } from 'vitest'

import { type ListPosition, readListCursor, toListCursor } from './list-cursor.ts'

const id = '01M89NKYKGFF7HX03T9STQ8AAA'
const engineCursor = btoa(JSON.stringify({ id, c: { start_time: { f: 'start_time', v: 1_743_130_137_367_000 } } }))

test.each<[ListPosition, 'events' | 'runs']>([
  [{ mode: 'events', after: id }, 'events'],
  [{ mode: 'unstarted', after: id }, 'runs'],
  [{ mode: 'unstarted' }, 'runs'],
  [{ mode: 'runs', cursor: engineCursor }, 'runs'],
  [{ mode: 'runs', afterRun: id }, 'runs'],
  [{ mode: 'runs', cursor: engineCursor, afterRun: id }, 'runs'],
])('the position %j is read from its cursor', (position, kind) => {
  const cursor = toListCursor(position)
  expect(readListCursor(cursor, kind)).toEqual(position)
  const other = kind === 'events' ? 'runs' : 'events'
  expect(() => readListCursor(cursor, other)).toThrow(/`cursor` was not returned by `listJobs` for this filter/)
})

test('a list starts without a cursor', () => {
  expect(readListCursor(undefined, 'events')).toEqual({ mode: 'events' })
  expect(readListCursor(undefined, 'runs')).toEqual({ mode: 'runs' })
})

test.each([
  '',
  'x',
  'e',
  `n${id}`,
  'e../../v2/apps',
  `r${id}`,
  'r.x',
  `r.${btoa('1')}`,
  `rx.${engineCursor}`,
  `r${id}.${engineCursor}.x`,
])('%j is refused', (text) => {
  for (const kind of ['events', 'runs'] as const) {
    if (text === 'e' && kind === 'events') continue
    expect(() => readListCursor(text, kind)).toThrow(InvalidOptionError)
  }
})
