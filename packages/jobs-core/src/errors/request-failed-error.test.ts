import { expect, test } from 'vitest'

import { type FailedRequest, RequestFailedError } from './request-failed-error.ts'
import { SendFailedError } from './send-failed-error.ts'

const remedy = 'See that it runs there.'

test.each<[facts: Partial<FailedRequest>, expected: string]>([
  [{}, 'Nothing was changed as far as is known, so it can be tried again.'],
  [{ remedy }, 'See that it runs there.'],
  [{ remedy, mayHaveSucceeded: true }, 'It may have been done all the same: read the status before you ask again.'],
  [{ mayHaveSucceeded: false, remedy: undefined }, 'Nothing was changed as far as is known, so it can be tried again.'],
])('a request that failed, of which %j is known, says what to do', (facts, expected) => {
  const failed = { provider: 'inngest', operation: 'for the run', problem: 'it answered 500', ...facts }
  expect(new RequestFailedError(failed).message).toBe(
    `\`inngest\` did not answer for the run: it answered 500. ${expected}`,
  )
})

test('a send that failed says what to do about it before it says whether it was accepted', () => {
  const failure = {
    event: 'order.created',
    provider: 'inngest',
    problem: 'it was away',
    remedy,
    accepted: 'no',
  } as const
  expect(new SendFailedError(failure).message).toBe(
    '`inngest` did not take `order.created`: it was away. See that it runs there. It was not accepted, so it can be sent again.',
  )
})
