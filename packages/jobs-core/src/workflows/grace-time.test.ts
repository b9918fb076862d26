import { expect, test } from 'vitest'

import { extendGraceMs } from './grace-time.ts'

test.each([
  { graceMs: undefined, afterMs: 0, longerMs: 100 },
  { graceMs: 0, afterMs: 50, longerMs: 100 },
  { graceMs: 100, afterMs: 51, longerMs: 102 },
  { graceMs: 100, afterMs: 29_999, longerMs: 59_998 },
  { graceMs: 100, afterMs: 3_600_000, longerMs: 60_000 },
  { graceMs: 60_000, afterMs: 70_000, longerMs: undefined },
])('extends a grace time of $graceMs ms to $longerMs ms after code that was late by $afterMs ms', (given) => {
  expect(extendGraceMs(given.graceMs, given.afterMs)).toBe(given.longerMs)
})
