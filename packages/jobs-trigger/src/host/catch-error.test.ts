import { expect, test } from 'vitest'

import { handleError, isLastAttempt } from './catch-error.ts'
import type { RunContext } from './run-context.ts'

function contextOf(number: number, maxAttempts?: number): RunContext['ctx'] {
  return {
    run: { id: 'run_1', createdAt: new Date(0), maxAttempts },
    attempt: { number, startedAt: new Date(0) },
    queue: { name: 'job-work' },
    environment: { type: 'DEVELOPMENT' },
  }
}

test.each([
  [1, 1000],
  [2, 2000],
  [5, 16_000],
])('retries try %i outside a job attempt after %i ms', (number, retryDelayInMs) => {
  const error = new Error('no')
  expect(handleError(error, contextOf(number))).toMatchObject({ retryDelayInMs, error: { message: 'no' } })
})

test.each([
  [6, undefined],
  [6, 250],
  [7, 250], // its process died in the sixth try
  [2, 2],
])('does not retry try %i if the run allows %s attempts', (number, maxAttempts) => {
  const error = new Error('no')
  expect(handleError(error, contextOf(number, maxAttempts))).toMatchObject({
    skipRetrying: true,
    error: { message: 'no' },
  })
})

test('replaces characters that the database rejects, also in errors outside a job attempt', () => {
  const error = new Error('body: 😀😀'.slice(0, 7))
  expect(handleError(error, contextOf(1)).error).toMatchObject({ message: 'body: \uFFFD' })
})

test('a run ends with the maximum of its task, or with the lower number that it was triggered with', () => {
  const last = [contextOf(4), contextOf(5), contextOf(2, 3), contextOf(3, 3)].map((context) =>
    isLastAttempt(context, 5),
  )
  expect(last).toEqual([false, true, false, true])
})
