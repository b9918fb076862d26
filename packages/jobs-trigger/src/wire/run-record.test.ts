import { expect, test } from 'vitest'

import { isAttemptRecord, readRecord } from './run-record.ts'

const attempt = { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 1000 }
const dispatched = { dispatched: { ship: 'run_2' } }

test('reads a record from metadata with other values', () => {
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
])('ignores metadata without a valid record: %j', (metadata) => expect(readRecord(metadata)).toBeUndefined())

test('distinguishes attempt records from dispatch records', () => {
  expect([isAttemptRecord(attempt), isAttemptRecord(dispatched)]).toEqual([true, false])
})
