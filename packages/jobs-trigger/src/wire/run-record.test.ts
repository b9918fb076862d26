import { expect, test } from 'vitest'

import { isAttemptRecord, readRecord } from './run-record.ts'

const attempt = { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 1000 }
const dispatched = { dispatched: { ship: 'run_2' } }

test('a record is read from the metadata beside what others keep there', () => {
  expect(readRecord({ job: attempt, progress: 7 })).toEqual(attempt)
  expect(readRecord({ job: dispatched })).toEqual(dispatched)
})

test.each([
  undefined,
  {},
  { job: undefined },
  { job: null },
  { job: 'ship' },
  { job: { definition: 'ship' } },
  { job: { ...attempt, attempt: '1' } },
  { job: { dispatched: 'ship' } },
])('what one of our hosts did not write is none: %j', (metadata) => expect(readRecord(metadata)).toBeUndefined())

test('a record says whether the run makes attempts', () => {
  expect([isAttemptRecord(attempt), isAttemptRecord(dispatched)]).toEqual([true, false])
})
