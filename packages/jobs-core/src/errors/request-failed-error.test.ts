import { expect, test } from 'vitest'

import { type FailedRequest, RequestFailedError } from './request-failed-error.ts'
import { SendFailedError } from './send-failed-error.ts'

const remedy = 'Make sure that it is running there.'

test.each<[facts: Partial<FailedRequest>, expected: string]>([
  [{}, 'Nothing was changed. Try again.'],
  [{ remedy }, 'Make sure that it is running there.'],
  [{ remedy, mayHaveSucceeded: true }, 'It may have taken effect anyway: check the status before you try again.'],
  [{ mayHaveSucceeded: false, remedy: undefined }, 'Nothing was changed. Try again.'],
  [{ status: 503 }, 'Nothing was changed. Try again.'],
  [{ status: 400 }, 'Nothing was changed. The same request will fail again.'],
])('a failed request with %j says what to do', (facts, expected) => {
  const failed = { provider: 'inngest', operation: 'read the run', problem: 'the server responded with 500', ...facts }
  expect(new RequestFailedError(failed).message).toBe(
    `Failed to read the run on \`inngest\`: the server responded with 500. ${expected}`,
  )
})

test('a failed send names the remedy, then whether the event was accepted', () => {
  const failure = {
    event: 'order.created',
    provider: 'inngest',
    problem: 'it was away',
    remedy,
    accepted: 'no',
  } as const
  expect(new SendFailedError(failure).message).toBe(
    'Failed to send `order.created` to `inngest`: it was away. Make sure that it is running there. ' +
      'The event was not accepted; you can send it again.',
  )
})
