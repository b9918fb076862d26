import { expect, test } from 'vitest'

import { busyPauseMs } from './busy-pause.ts'

/** Returns the number of tries within a time, at the longest pauses. */
function triesWithin(limitMs: number, hasCaller: boolean): number {
  let [tries, leftMs] = [0, limitMs]
  while ((leftMs -= busyPauseMs(tries, hasCaller, () => 1)) >= 0) tries++
  return tries
}

test('a process with a caller that waits tries often, and one that records results seldom', () => {
  expect(triesWithin(40, true)).toBeGreaterThanOrEqual(15)
  expect(triesWithin(40, false)).toBeLessThanOrEqual(5)
})

test('many waiting processes do not keep the machine busy: after a second, no process tries often', () => {
  expect(triesWithin(1000, true)).toBeLessThan(160)
  for (const hasCaller of [true, false]) expect(busyPauseMs(1000, hasCaller, () => 1)).toBe(32)
})
