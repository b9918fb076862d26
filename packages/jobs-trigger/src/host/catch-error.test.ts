import { expect, test } from 'vitest'

import { handleError, isLastAttempt } from './catch-error.ts'
import type { RunContext } from './run-context.ts'

function contextOf(number: number, maxAttempts?: number): RunContext['ctx'] {
  return {
    run: { id: 'run_1', createdAt: new Date(0), maxAttempts },
    attempt: { number, startedAt: new Date(0) },
    environment: { type: 'DEVELOPMENT' },
  }
}

test.each([
  [1, 1000],
  [2, 2000],
  [5, 16_000],
])('what is no attempt of a job and fails for the %i. time is tried again after %i ms', (number, retryDelayInMs) => {
  const error = new Error('no')
  expect(handleError(error, contextOf(number))).toMatchObject({ retryDelayInMs, error: { message: 'no' } })
})

test.each([
  [6, undefined],
  [6, 250],
  [7, 250], // its process died before
  [2, 2],
])('what fails for the %i. time of %s that the server grants is not tried again', (number, maxAttempts) => {
  const error = new Error('no')
  expect(handleError(error, contextOf(number, maxAttempts))).toMatchObject({
    skipRetrying: true,
    error: { message: 'no' },
  })
})

test('an error that is none of a definition is shown with texts that the database takes, too', () => {
  const error = new Error('body: 😀😀'.slice(0, 7))
  expect(handleError(error, contextOf(1)).error).toMatchObject({ message: 'body: \uFFFD' })
})

test('a run ends with as many attempts as its task has, or somebody triggered it with', () => {
  const last = [contextOf(4), contextOf(5), contextOf(2, 3), contextOf(3, 3)].map((context) =>
    isLastAttempt(context, 5),
  )
  expect(last).toEqual([false, true, false, true])
})
