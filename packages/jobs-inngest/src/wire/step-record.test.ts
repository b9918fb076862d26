import { expect, test } from 'vitest'

import { isLaterRecord, readCompletedRecord, readFailedRecord } from './attempt-record.ts'
import { notUnderstoodIn, readStepHeader, readStepRecord } from './step-record.ts'

const later = { v: 2, kind: 'repeat', attempts: 4, startedAt: 1, endedAt: 2, output: 'packed', shape: 'new' }

test.each([
  ['a step', later],
  ['an event that ended a wait', { name: 'order.paid', data: { tenantId: 'acme', _job: { v: 2 } } }],
  ['an event with a requirement', { name: 'order.paid', data: { tenantId: 'acme', _job: { v: 1, requires: ['x'] } } }],
  ['a job that ended', { name: 'inngest/function.finished', data: { result: { v: 2, attempt: 1, startedAt: 1 } } }],
])('%s of a later version is never read as the result of a step', (_, data) => {
  const ended = { type: 'data', data } as const
  expect(notUnderstoodIn(new Map([['hash', ended]]))).toHaveLength(1)
  expect(readStepRecord(data)).toBeUndefined()
})

test('a list shows of a later record what every version has, not its output', () => {
  expect(readStepHeader(later)).toEqual({ v: 2, kind: 'repeat', attempts: 4, startedAt: 1, endedAt: 2, shape: 'new' })
  const completed = { v: 2, attempt: 3, startedAt: 5, output: 'packed' }
  expect(isLaterRecord(completed)).toBe(true)
  expect(readCompletedRecord(completed)).toEqual({ attempt: 3, startedAt: 5 })
  const failed = { v: 2, attempt: 1, maxAttempts: 2, startedAt: 5, error: { name: 'Error', message: 'x' }, workflow: 7 }
  expect(readFailedRecord({ cause: failed })).not.toHaveProperty('workflow')
})
