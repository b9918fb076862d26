import { expect, test } from 'vitest'

import { createReplayGrace } from './replay-grace.ts'

test('doubles the time of a late call, at least 100 ms, and aborts the signal', () => {
  const grace = createReplayGrace()
  const first = grace.nextSignal()
  expect([grace.graceMs, first.aborted]).toEqual([0, false])
  grace.recordLateCall(5)
  expect([grace.graceMs, first.aborted]).toEqual([100, true])
  const second = grace.nextSignal()
  expect(second.aborted).toBe(false)
  grace.recordLateCall(3000)
  expect([grace.graceMs, second.aborted]).toEqual([6000, true])
})

test('does not abort the signal once the grace time is at its maximum', () => {
  const grace = createReplayGrace()
  grace.recordLateCall(500_000)
  const signal = grace.nextSignal()
  grace.recordLateCall(500_000)
  expect([grace.graceMs, signal.aborted]).toEqual([60_000, false])
})
