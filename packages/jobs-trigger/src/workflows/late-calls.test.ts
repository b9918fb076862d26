import { expect, test } from 'vitest'

import { createLateCalls } from './late-calls.ts'

test('code that was late is given twice the time, and the pass that it was left in is not waited out', () => {
  const calls = createLateCalls()
  const first = calls.next()
  expect([calls.graceMs, first.aborted]).toEqual([0, false])
  calls.note(5)
  expect([calls.graceMs, first.aborted]).toEqual([100, true])
  const second = calls.next()
  expect(second.aborted).toBe(false)
  calls.note(3000)
  expect([calls.graceMs, second.aborted]).toEqual([6000, true])
})

test('where the longest time was too short it goes on when its wait is over', () => {
  const calls = createLateCalls()
  calls.note(500_000)
  const next = calls.next()
  calls.note(500_000)
  expect([calls.graceMs, next.aborted]).toEqual([60_000, false])
})
