import { createWorkflowRecord, type StepRecord, type WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { jsonBytes, toStoredRecord } from './stored-record.ts'

const step = (more: Partial<StepRecord> = {}): StepRecord => ({
  key: 'charge',
  kind: 'run',
  state: 'completed',
  attempts: 1,
  startedAt: 1,
  ...more,
})
const recordWith = (...steps: StepRecord[]): WorkflowRecord => ({ ...createWorkflowRecord('run_1', undefined), steps })
const storeAndRead = (record: WorkflowRecord) =>
  readWorkflowRecord({ workflow: toStoredRecord(record, new Map()).value })

test('restores the same record, even with a key that the SDK rejects', () => {
  const record = recordWith(step({ output: JSON.parse('{"__proto__":{"a":1}}') }), step({ key: 'b', output: null }))
  expect(storeAndRead(record)).toEqual(record)
})

test('counts bytes as UTF-8', () => {
  const { value, bytes } = toStoredRecord(recordWith(step({ output: 'é' })), new Map())
  expect(bytes).toBe(new TextEncoder().encode(JSON.stringify(value)).length)
  expect(jsonBytes('é')).toBe(4)
})

test('reserves space for compensations', () => {
  const { bytes, bytesCompensated } = toStoredRecord(
    recordWith(step({ compensable: true }), step({ key: 'b' })),
    new Map(),
  )
  const error = { name: 'Error', message: 'no' }
  const compensated = step({
    compensable: true,
    compensation: { state: 'failed', attempts: 3, startedAt: 1, endedAt: 2, error },
  })
  expect(bytesCompensated).toBeGreaterThan(bytes)
  expect(toStoredRecord(recordWith(compensated, step({ key: 'b' })), new Map()).bytes).toBeLessThan(bytesCompensated)
})

test.each(['é', '\0', '😀'])('reserves enough space for a compensation with the longest error, of %j', (character) => {
  const text = character.repeat(5000)
  const steps = [step({ compensable: true })]
  const { bytesCompensated } = toStoredRecord(recordWith(...steps), new Map())
  const error = { name: text, message: text, code: text }
  const compensation = { attempts: 100, startedAt: 1e12, error }
  for (const more of [
    { state: 'failed', endedAt: 1e12 },
    { state: 'retrying', nextAttemptAt: 1e12 },
  ] as const) {
    const compensated = step({ compensable: true, compensation: { ...compensation, ...more } })
    expect(toStoredRecord(recordWith(compensated), new Map(), 'short').bytes).toBeLessThanOrEqual(bytesCompensated)
  }
})

test('stores errors without their stacks, and cuts long ones', () => {
  const error = {
    name: 'Error',
    message: 'x'.repeat(9000),
    code: 'broken',
    stack: 'at …',
    cause: { name: 'Error', message: 'why', stack: 'at …' },
  }
  const [failed] = storeAndRead(recordWith(step({ state: 'failed', error })))!.steps
  expect(failed!.error).toMatchObject({ name: 'Error', code: 'broken' })
  expect(failed!.error).not.toHaveProperty('stack')
  expect(jsonBytes(failed!.error)).toBeLessThan(1200)
  const [brief] = storeAndRead(recordWith(step({ state: 'failed', error: { ...error, message: 'short' } })))!.steps
  expect(brief!.error?.cause).toEqual({ name: 'Error', message: 'why' })
  const parked = { since: 1, until: 2, error }
  const { parked: stored } = storeAndRead({ ...recordWith(), parked })!
  expect(stored).toMatchObject({ since: 1, until: 2, error: { code: 'broken' } })
  expect([stored!.error.stack, jsonBytes(stored) < 1300]).toEqual([undefined, true])
})

test('omits a wait that has no token yet', () => {
  const wait = step({ kind: 'waitForEvent', state: 'waiting', event: 'order.paid' })
  expect(storeAndRead(recordWith(wait))!.steps).toEqual([])
  expect(storeAndRead(recordWith({ ...wait, handle: 'waitpoint_1' }))!.steps).toHaveLength(1)
})

test('stores a step whose result does not fit as failed', () => {
  const error = { name: 'StepRecordsTooLargeError', message: 'too much', code: 'step_records_too_large' }
  const record = recordWith(step({ output: 'x'.repeat(1000) }))
  const [failed] = readWorkflowRecord({ workflow: toStoredRecord(record, new Map([['charge', error]])).value })!.steps
  expect(failed).toMatchObject({ state: 'failed', error })
  expect(failed).not.toHaveProperty('output')
})
