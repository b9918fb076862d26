import { expect, test } from 'vitest'

import { createJobId } from './job-id.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test('job ids are ULIDs that increase, also within a millisecond', () => {
  const ids = [now, now, now, now + 1, now + 1, now + 2000].map((at) => createJobId(at))
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('job ids stay unique when the clock goes back', () => {
  const ids = [now + 9000, now + 8000, now + 8000].map((at) => createJobId(at))
  expect(new Set(ids).size).toBe(3)
})
