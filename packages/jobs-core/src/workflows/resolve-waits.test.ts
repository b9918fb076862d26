import { expect, test } from 'vitest'

import { jobStatus } from '../../test/kit/fake-provider.ts'
import type { RunStatus } from '../status/job-status.ts'
import { failPastWait, resolveEventWait, resolveJobWait, type AwaitableEvent, matchesEvent } from './resolve-waits.ts'
import type { EventMatch } from '../status/step-status.ts'
import { createWorkflowRecord, type StepRecord } from '../steps/workflow-record.ts'

const eventWait: StepRecord = {
  key: 'refunded',
  kind: 'waitForEvent',
  state: 'waiting',
  attempts: 0,
  startedAt: 100,
  until: 200,
  event: 'order.refunded',
  match: { orderId: 'order_1' },
}
const refunded: AwaitableEvent = {
  id: 'event_1',
  event: 'order.refunded',
  payload: { tenantId: 'acme', orderId: 'order_1' },
  sentAt: 150,
}
const jobWait: StepRecord = {
  key: 'invoice',
  kind: 'runJob',
  state: 'waiting',
  attempts: 1,
  startedAt: 100,
  jobId: 'job_1',
  definitionId: 'write-invoice',
}
const invoiceRun: RunStatus = {
  id: 'run_2',
  definitionId: 'write-invoice',
  state: 'completed',
  attempts: 1,
  maxAttempts: 3,
}

/** Returns a copy of the step, in a record with two ended steps. */
function waiting(wait: StepRecord, more: Partial<StepRecord> = {}) {
  const step = { ...structuredClone(wait), ...more }
  return { step, record: { ...createWorkflowRecord('run_1', undefined), steps: [step], ended: 2 } }
}

test.each<[words: string, match: EventMatch | undefined, payload: unknown, fits: boolean]>([
  ['no match matches any payload', undefined, null, true],
  ['the same string', { orderId: 'a' }, { orderId: 'a' }, true],
  ['another string', { orderId: 'a' }, { orderId: 'b' }, false],
  ['a string for a number', { count: 1 }, { count: '1' }, false],
  ['null for null', { note: null }, { note: null }, true],
  ['null for a missing field', { note: null }, {}, false],
  ['false for 0', { paid: false }, { paid: 0 }, false],
  ['an inherited property', { constructor: 'a' }, {}, false],
  ['an array', { length: 0 }, [], false],
  ['a string as the payload', { length: 1 }, 'a', false],
  ['null as the payload', { x: null }, null, false],
])('matches a payload: %s', (_words, match, payload, fits) => {
  expect(matchesEvent(match, payload as never)).toBe(fits)
})

test('a matching event resolves a wait as the next ended step', () => {
  const { record, step } = waiting(eventWait)
  expect(resolveEventWait(record, step, refunded, 160)).toBe(true)
  const { id, payload, sentAt } = refunded
  expect(step).toEqual({ ...eventWait, state: 'completed', endedAt: 160, order: 3, output: { id, payload, sentAt } })
  expect(record.ended).toBe(3)
})

test.each<[words: string, event: Partial<AwaitableEvent>, step: Partial<StepRecord>]>([
  ['of another name', { event: 'order.created' }, {}],
  ['sent before it started', { sentAt: 99 }, {}],
  ['sent after its timeout', { sentAt: 201 }, {}],
  ['for another order', { payload: { tenantId: 'acme', orderId: 'order_2' } }, {}],
  ['once it has ended', {}, { state: 'completed', output: null }],
  ['once it was cancelled', {}, { state: 'cancelled' }],
  ['for another kind of step', {}, { kind: 'sleep' }],
])('an event does not resolve a wait: %s', (_words, event, more) => {
  const { record, step } = waiting(eventWait, more)
  const before = structuredClone({ record, step })
  expect(resolveEventWait(record, step, { ...refunded, ...event }, 160)).toBe(false)
  expect({ record, step }).toEqual(before)
})

test.each([100, 200])('an event of the first or last millisecond resolves the wait: %i', (sentAt) => {
  const { record, step } = waiting(eventWait)
  expect(resolveEventWait(record, step, { ...refunded, sentAt }, 210)).toBe(true)
})

test.each<[words: string, event: Partial<AwaitableEvent>, fits: boolean]>([
  ['sent at its `since`', { sentAt: 50 }, true],
  ['sent before its `since`', { sentAt: 49 }, false],
  ['sent after its timeout', { sentAt: 201 }, false],
  ['that started the run', { id: 'job_own' }, false],
  ['that an earlier wait got', { id: 'event_0' }, false],
])('a wait with `since` and an event %s', (_words, event, fits) => {
  const { record, step } = waiting(eventWait, { since: 50, ownJobId: 'job_own' })
  const got = { ...eventWait, key: 'first', state: 'completed', output: { id: 'event_0' } } as const
  record.steps.unshift({ ...got }, { ...got, key: 'none', output: null }, { ...eventWait, key: 'open' })
  expect(resolveEventWait(record, step, { ...refunded, ...event }, 160)).toBe(fits)
})

test('a wait without `since` can get what a parallel wait got', () => {
  const { record, step } = waiting(eventWait)
  record.steps.unshift({ ...eventWait, key: 'other', state: 'completed', output: { id: refunded.id } })
  expect(resolveEventWait(record, step, refunded, 160)).toBe(true)
})

test('a wait with `since` that would have to read too many events fails, and names the limit', () => {
  const { record, step } = waiting(eventWait, { since: 50 })
  failPastWait(record, step, 1000, 160)
  expect(step).toMatchObject({ state: 'failed', order: 3, error: { code: 'too_many_past_events' } })
  expect(step.error!.message).toMatch(/^The step `refunded` found no match in the first 1000 events `order\.refunded`/)
})

test('a completed job resolves its wait with the output of the awaited definition', () => {
  const { record, step } = waiting(jobWait)
  const other: RunStatus = { ...invoiceRun, definitionId: 'other', state: 'running', output: 'no' }
  const job = jobStatus({ state: 'running', runs: [{ ...invoiceRun, output: { pages: 2 } }, other] })
  expect(resolveJobWait(record, step, job, 300)).toBe(true)
  expect(step).toMatchObject({ state: 'completed', endedAt: 300, order: 3, output: { pages: 2 } })
})

test('a job without an output resolves its wait without one', () => {
  const { record, step } = waiting(jobWait)
  expect(resolveJobWait(record, step, jobStatus({ runs: [invoiceRun] }), 300)).toBe(true)
  expect(step.state).toBe('completed')
  expect(step).not.toHaveProperty('output')
})

test('the newest run of a retried job counts', () => {
  const { record, step } = waiting(jobWait)
  const failed: RunStatus = { ...invoiceRun, state: 'failed', error: { name: 'Error', message: 'Broke.' } }
  expect(resolveJobWait(record, step, jobStatus({ runs: [failed, { ...invoiceRun, state: 'queued' }] }), 300)).toBe(
    false,
  )
  expect(resolveJobWait(record, step, jobStatus({ runs: [failed, { ...invoiceRun, output: 5 }] }), 300)).toBe(true)
  expect(step.output).toBe(5)
})

test.each<[words: string, job: Parameters<typeof jobStatus>[0], error: object]>([
  [
    'failed, with what it failed of',
    { runs: [{ ...invoiceRun, state: 'failed', error: { name: 'RangeError', message: 'Broke.' } }] },
    { name: 'RangeError', message: 'Broke.' },
  ],
  ['was cancelled', { runs: [{ ...invoiceRun, state: 'cancelled' }] }, { code: 'job_cancelled' }],
  ['was cancelled before it had a run', { state: 'cancelled' }, { code: 'job_cancelled' }],
  ['expired before it had a run', { state: 'expired' }, { code: 'job_expired' }],
  [
    'was superseded',
    { runs: [{ ...invoiceRun, state: 'superseded', supersededBy: 'job_2' }] },
    { code: 'job_superseded', message: expect.stringContaining('`job_2`') },
  ],
  ['expired', { runs: [{ ...invoiceRun, state: 'expired' }] }, { code: 'job_expired' }],
  [
    'ended without a run of the definition',
    { state: 'completed' },
    { code: 'definition_not_found', message: expect.stringContaining('`write-invoice`') },
  ],
])('a job fails its step if it %s', (_words, job, error) => {
  const { record, step } = waiting(jobWait)
  expect(resolveJobWait(record, step, jobStatus(job), 300)).toBe(true)
  expect(step).toMatchObject({ state: 'failed', endedAt: 300, order: 3, error })
})

test.each<[words: string, job: Parameters<typeof jobStatus>[0], step: Partial<StepRecord>]>([
  ['has not ended', { state: 'running', runs: [{ ...invoiceRun, state: 'retrying' }] }, {}],
  ['has no runs yet', { state: 'queued' }, {}],
  ['is another', { id: 'job_2', runs: [invoiceRun] }, {}],
  ['is reported again', { runs: [invoiceRun] }, { state: 'completed' }],
  ['is not awaited by `step.runJob`', { runs: [invoiceRun] }, { kind: 'run' }],
])('a job does not resolve a wait if it %s', (_words, job, more) => {
  const { record, step } = waiting(jobWait, more)
  const before = structuredClone({ record, step })
  expect(resolveJobWait(record, step, jobStatus(job), 300)).toBe(false)
  expect({ record, step }).toEqual(before)
})
