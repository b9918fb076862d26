import { expect, test } from 'vitest'

import { handleError, isLastAttempt } from './catch-error.ts'

function contextOf(number: number, maxAttempts?: number) {
  return { run: { id: 'run_1', createdAt: new Date(0), maxAttempts }, attempt: { number } }
}

test.each([
  [1, 1000],
  [2, 2000],
  [5, 16_000],
  [6, 30_000],
  [40, 30_000],
])('what is no attempt of a job and fails for the %i. time is tried again after %i ms', (number, retryDelayInMs) => {
  const error = new Error('no')
  expect(handleError(error, contextOf(number))).toEqual({ retryDelayInMs, error })
})

test('what fails in the last attempt that the server grants is not tried again, so that the SDK says so', () => {
  const error = new Error('no')
  expect(handleError(error, contextOf(6, 6))).toEqual({ skipRetrying: true, error })
})

test('a run may have any number of attempts where the server names none', () => {
  expect([isLastAttempt(contextOf(99)), isLastAttempt(contextOf(2, 3)), isLastAttempt(contextOf(3, 3))]).toEqual([
    false,
    false,
    true,
  ])
})
