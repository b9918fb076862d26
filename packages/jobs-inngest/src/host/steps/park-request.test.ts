import { expect, test } from 'vitest'

import { toParkedOutcome } from './park-request.ts'

const error = { name: 'WorkflowChangedError', message: 'other code', code: 'workflow_changed' }
const day = 86_400_000

/** Returns how many retries a request makes until its run fails, and whether that is at `until`. */
function retriesUntilEnd(allowed: number): { readonly retries: number; readonly isInTime: boolean } {
  const until = 7 * day
  let now = 0
  for (let retries = 0; ; retries++) {
    const parked = { since: 0, until, error, wakeAt: Math.min(until, now + 1000) }
    const outcome = toParkedOutcome(parked, allowed - retries, now)
    if (outcome.type !== 'retry') return { retries, isInTime: false }
    now += outcome.afterMs
    if (now >= until) return { retries: retries + 1, isInTime: true }
  }
}

test.each([20, 15, 10, 7])('%i retries of Inngest last for seven days', (allowed) => {
  const { retries, isInTime } = retriesUntilEnd(allowed)
  expect(isInTime).toBe(true)
  expect(retries).toBeLessThan(20)
})

test('fails a run without a retry left', () => {
  expect(toParkedOutcome({ since: 0, until: day, error, wakeAt: 1000 }, 0, 0)).toEqual({ type: 'failed', error })
})
