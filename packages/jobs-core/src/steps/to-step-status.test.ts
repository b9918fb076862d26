import { expect, test } from 'vitest'

import { completedStep } from '../../test/kit/workflow-kit.ts'
import { toStepStatus } from './to-step-status.ts'
import type { StepRecord } from './workflow-record.ts'

const at = Date.parse('2026-03-01T12:00:00Z')

const wait = { key: 'w', state: 'waiting', attempts: 0, startedAt: at } as const

test.each<[words: string, step: StepRecord, waits: object]>([
  ['a sleep has its end', { ...wait, kind: 'sleep', until: at + 9 }, { waitsUntil: new Date(at + 9) }],
  [
    'a wait for an event the event, what must match, and its end',
    { ...wait, kind: 'waitForEvent', until: at + 9, event: 'order.refunded', match: { orderId: 'o' } },
    { waitsUntil: new Date(at + 9), waitsFor: { event: 'order.refunded', match: { orderId: 'o' } } },
  ],
  [
    'a wait for any event of a name that name',
    { ...wait, kind: 'waitForEvent', until: at + 9, event: 'order.refunded' },
    { waitsUntil: new Date(at + 9), waitsFor: { event: 'order.refunded' } },
  ],
  [
    'a wait for a job its id',
    { ...wait, kind: 'runJob', jobId: 'job_1', definitionId: 'write-invoice' },
    { waitsFor: { jobId: 'job_1' } },
  ],
])('a waiting step reports what it waits for: %s', (_words, step, waits) => {
  const { kind } = step
  expect(toStepStatus(step)).toEqual({
    id: 'w',
    kind,
    state: 'waiting',
    attempts: 0,
    startedAt: new Date(at),
    ...waits,
  })
})

test('an ended wait no longer reports what it waited for, and has the output `null` after a timeout', () => {
  const status = toStepStatus({
    ...wait,
    kind: 'waitForEvent',
    state: 'completed',
    until: at,
    event: 'e',
    output: null,
  })
  expect(status).toMatchObject({ state: 'completed', output: null })
  expect(status).not.toHaveProperty('waitsFor')
  expect(status).not.toHaveProperty('waitsUntil')
})

test('a compensation reports its progress', () => {
  const error = { name: 'Error', message: 'Broke.' }
  const compensation = { state: 'retrying', attempts: 2, startedAt: at, nextAttemptAt: at + 9, error } as const
  expect(toStepStatus(completedStep('charge', 1, { compensation })).compensation).toEqual({
    state: 'retrying',
    attempts: 2,
    startedAt: new Date(at),
    nextAttemptAt: new Date(at + 9),
    error,
  })
})

test('a status is a copy, so changes to it do not reach the record', () => {
  const error = { name: 'Error', message: 'Broke.' }
  const match = { orderId: 'order_1' }
  const compensation = { state: 'failed', attempts: 1, startedAt: at, error } as const
  const done = completedStep('a', 1, { output: { card: '4242' }, error, compensation })
  const waiting: StepRecord = { ...wait, kind: 'waitForEvent', event: 'e', match }
  const before = structuredClone([done, waiting])
  for (const status of [toStepStatus(done), toStepStatus(waiting)]) mask(status)
  expect([done, waiting]).toEqual(before)
})

function mask(value: object): void {
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'object' && field !== null) mask(field as object)
    else (value as Record<string, unknown>)[key] = '***'
  }
}
