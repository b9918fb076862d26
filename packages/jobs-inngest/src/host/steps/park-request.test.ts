import { expect, test } from 'vitest'

import { toParkedOutcome } from './park-request.ts'

const error = { name: 'WorkflowChangedError', message: 'other code', code: 'workflow_changed' }
const day = 86_400_000

/** Returns when a request is retried until its run fails at `until`, as the days since it waits. */
function looksUntil(until: number, { left, kept }: { readonly left: number; readonly kept: number }): number[] {
  const looks: number[] = []
  for (let now = 0; now < until; looks.push(now / day)) {
    const parked = { since: 0, until, error, wakeAt: Math.min(until, now + 1000) }
    const outcome = toParkedOutcome(parked, { left: left - looks.length, kept }, now)
    if (outcome.type !== 'retry') break
    now += outcome.afterMs
  }
  return looks
}

test.each([
  { left: 20, kept: 0 },
  { left: 20, kept: 2 },
  { left: 15, kept: 2 },
  { left: 20, kept: 9 },
])('leaves a step its retries within seven days: %j', ({ left, kept }) => {
  const looks = looksUntil(7 * day, { left, kept })
  expect(looks.at(-1)).toBe(7)
  expect(looks.length).toBeLessThanOrEqual(left - kept)
})

test('looks soon at first, and at least once a day', () => {
  const [first, second, ...later] = looksUntil(7 * day, { left: 20, kept: 2 })
  expect(first! * day).toBeLessThan(3000)
  const gaps = later.map((at, index) => at - (later[index - 1] ?? second!))
  expect(Math.max(...gaps)).toBeCloseTo(1)
})

test('uses the retries of the step rather than to look a day later, or to fail its run early', () => {
  const looks = looksUntil(7 * day, { left: 20, kept: 20 })
  expect([looks[0]! * 24 < 1, looks.at(-1)]).toEqual([true, 7])
  expect(looksUntil(7 * day, { left: 8, kept: 2 }).at(-1)).toBe(7)
})

test('fails a run without a retry left', () => {
  const parked = { since: 0, until: day, error, wakeAt: 1000 }
  expect(toParkedOutcome(parked, { left: 0, kept: 0 }, 0)).toEqual({ type: 'failed', error })
})
