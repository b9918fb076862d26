import { createWorkflowRecord, type StepRecord, type WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { bytesOf, toKeptRecord } from './kept-record.ts'

const step = (more: Partial<StepRecord> = {}): StepRecord => ({
  key: 'charge',
  kind: 'run',
  state: 'completed',
  attempts: 1,
  startedAt: 1,
  ...more,
})
const recordOf = (...steps: StepRecord[]): WorkflowRecord => ({ ...createWorkflowRecord('run_1', undefined), steps })
const kept = (record: WorkflowRecord) => readWorkflowRecord({ workflow: toKeptRecord(record, new Map()).value })

test('records are kept as they are, also with a key that the SDK does not carry', () => {
  const record = recordOf(step({ output: JSON.parse('{"__proto__":{"a":1}}') }), step({ key: 'b', output: null }))
  expect(kept(record)).toEqual(record)
})

test('bytes are those of UTF-8', () => {
  const { value, bytes } = toKeptRecord(recordOf(step({ output: 'é' })), new Map())
  expect(bytes).toBe(new TextEncoder().encode(JSON.stringify(value)).length)
  expect(bytesOf('é')).toBe(4)
})

test('what compensating adds has its place', () => {
  const { bytes, bytesCompensated } = toKeptRecord(recordOf(step({ compensable: true }), step({ key: 'b' })), new Map())
  const error = { name: 'Error', message: 'no' }
  const compensated = step({
    compensable: true,
    compensation: { state: 'failed', attempts: 3, startedAt: 1, endedAt: 2, error },
  })
  expect(bytesCompensated).toBeGreaterThan(bytes)
  expect(toKeptRecord(recordOf(compensated, step({ key: 'b' })), new Map()).bytes).toBeLessThan(bytesCompensated)
})

test.each(['é', '\0', '😀'])('also with the longest error, of %j', (character) => {
  const text = character.repeat(5000)
  const steps = [step({ compensable: true })]
  const { bytesCompensated } = toKeptRecord(recordOf(...steps), new Map())
  const error = { name: text, message: text, code: text }
  const compensation = { attempts: 100, startedAt: 1e12, error }
  for (const more of [
    { state: 'failed', endedAt: 1e12 },
    { state: 'retrying', nextAttemptAt: 1e12 },
  ] as const) {
    const compensated = step({ compensable: true, compensation: { ...compensation, ...more } })
    expect(toKeptRecord(recordOf(compensated), new Map(), 'short').bytes).toBeLessThanOrEqual(bytesCompensated)
  }
})

test('errors are kept without their stacks, and long ones cut', () => {
  const error = {
    name: 'Error',
    message: 'x'.repeat(9000),
    code: 'broken',
    stack: 'at …',
    cause: { name: 'Error', message: 'why', stack: 'at …' },
  }
  const [failed] = kept(recordOf(step({ state: 'failed', error })))!.steps
  expect(failed!.error).toMatchObject({ name: 'Error', code: 'broken' })
  expect(failed!.error).not.toHaveProperty('stack')
  expect(bytesOf(failed!.error)).toBeLessThan(1200)
  const [brief] = kept(recordOf(step({ state: 'failed', error: { ...error, message: 'short' } })))!.steps
  expect(brief!.error?.cause).toEqual({ name: 'Error', message: 'why' })
})

test('a wait without its token has not begun', () => {
  const wait = step({ kind: 'waitForEvent', state: 'waiting', event: 'order.paid' })
  expect(kept(recordOf(wait))!.steps).toEqual([])
  expect(kept(recordOf({ ...wait, handle: 'waitpoint_1' }))!.steps).toHaveLength(1)
})

test('a step whose result there is no room for is kept as failed', () => {
  const error = { name: 'StepRecordsTooLargeError', message: 'too much', code: 'step_records_too_large' }
  const record = recordOf(step({ output: 'x'.repeat(1000) }))
  const [failed] = readWorkflowRecord({ workflow: toKeptRecord(record, new Map([['charge', error]])).value })!.steps
  expect(failed).toMatchObject({ state: 'failed', error })
  expect(failed).not.toHaveProperty('output')
})
