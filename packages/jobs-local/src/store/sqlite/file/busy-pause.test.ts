import { expect, test } from 'vitest'

import { busyPauseMs } from './busy-pause.ts'

/** Returns the number of tries from one time to another, at the longest pauses. */
function triesWithin(untilMs: number, hasCaller: boolean, fromMs = 0): number {
  let [tries, counted, waitedMs] = [0, 0, 0]
  while ((waitedMs += busyPauseMs({ tries, hasCaller, waitedMs }, () => 1)) <= untilMs) {
    tries++
    if (waitedMs >= fromMs) counted++
  }
  return counted
}

test('a process with a caller that waits tries often, and one that records results seldom', () => {
  expect(triesWithin(40, true)).toBeGreaterThanOrEqual(15)
  expect(triesWithin(40, false)).toBeLessThanOrEqual(5)
})

test('a result or a heartbeat that has waited for a while is tried as often as a send', () => {
  expect(triesWithin(300, false, 150)).toBeGreaterThanOrEqual(triesWithin(300, true, 150))
})

test('many waiting processes do not keep the machine busy: after a second, no process tries often', () => {
  expect(triesWithin(1000, true)).toBeLessThan(160)
  for (const hasCaller of [true, false]) expect(busyPauseMs({ tries: 1000, hasCaller, waitedMs: 0 }, () => 1)).toBe(32)
})
