import { decodeTime, isValid } from 'ulid'
import { expect, test } from 'vitest'

import { beforeJobIdsSince, createJobId } from './job-id.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test('job ids are ULIDs that increase, also within a millisecond', () => {
  const times = [now, now, now, now + 1, now + 1, now + 2000]
  const ids = times.map((at) => createJobId(at))
  expect(ids.map(isValid)).not.toContain(false)
  expect(ids.map(decodeTime)).toEqual(times)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('job ids stay unique when the clock goes back', () => {
  const ids = [now + 9000, now + 8000, now + 8000].map((at) => createJobId(at))
  expect(new Set(ids).size).toBe(3)
})

test('many job ids of one millisecond are unique and increase', () => {
  const ids = Array.from({ length: 5000 }, () => createJobId(now + 20_000))
  expect(new Set(ids.map((id) => id.slice(0, 20))).size).toBeLessThanOrEqual(2)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('job ids of a time, and no earlier ones, sort after its beginning', () => {
  const [earlier, later] = [now + 30_000, now + 30_001].map((at) => createJobId(at))
  expect(beforeJobIdsSince(now + 30_001) > earlier!).toBe(true)
  expect(beforeJobIdsSince(now + 30_001) < later!).toBe(true)
})
