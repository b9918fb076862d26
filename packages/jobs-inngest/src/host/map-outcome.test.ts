import { type Outcome, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { readCompletedRecord, readFailedRecord } from '../wire/attempt-record.ts'
import { type AttemptFacts, dueAfter, mapOutcome } from './map-outcome.ts'

const now = Date.parse('2026-03-01T12:00:00.250Z')
const facts: AttemptFacts = {
  attempt: 2,
  maxAttempts: 5,
  startedAt: now - 1000,
  due: { at: now + 2000, atEngine: now + 62_000 },
}
const info = { name: 'TypeError', message: 'no such order', stack: 'TypeError: no such order\n    at work.ts:1:1' }

/** Returns the error that an outcome makes the function throw. */
function thrownBy(outcome: Outcome, more: Partial<AttemptFacts> = {}): Error & { retryAfter?: string } {
  try {
    mapOutcome(outcome, { ...facts, ...more })
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}

describe('a completed attempt', () => {
  test('returns its output with the facts that Inngest does not store', () => {
    const record = mapOutcome({ type: 'completed', output: { id: 1 } }, facts)
    expect(record).toEqual({ output: { id: 1 }, attempt: 2, startedAt: now - 1000 })
    expect(readCompletedRecord(record)).toBe(record)
  })
})

describe('an attempt to be retried', () => {
  const outcome: Outcome = { type: 'retry', afterMs: 1000, error: info }

  test("is due at an instant of the engine's clock, to the millisecond", () => {
    const error = thrownBy(outcome)
    expect([error.name, error.retryAfter]).toEqual(['RetryAfterError', '2026-03-01T12:01:02.250Z'])
  })

  test('contains its record, with the instant by the local clock', () => {
    expect(readFailedRecord(thrownBy(outcome))).toEqual({
      attempt: 2,
      maxAttempts: 5,
      startedAt: now - 1000,
      nextAttemptAt: now + 2000,
      error: info,
    })
  })
})

describe('a permanently failed attempt', () => {
  test('is not retried, and its record has no next attempt', () => {
    const error = thrownBy({
      type: 'failed',
      error: { ...info, code: 'E_ORDER', cause: { name: 'Error', message: 'x' } },
    })
    expect(error.name).toBe('NonRetriableError')
    expect(error).not.toHaveProperty('retryAfter')
    expect(readFailedRecord(error)).toEqual({
      attempt: 2,
      maxAttempts: 5,
      startedAt: now - 1000,
      error: { ...info, code: 'E_ORDER', cause: { name: 'Error', message: 'x' } },
    })
    expect(readFailedRecord(error)).not.toHaveProperty('nextAttemptAt')
  })
})

test('keeps the message and the stack of the error', () => {
  for (const outcome of [
    { type: 'retry', afterMs: 1000, error: info },
    { type: 'failed', error: info },
  ] as const) {
    expect(thrownBy(outcome)).toBeInstanceOf(Error)
    expect(thrownBy(outcome)).toMatchObject({ message: info.message, stack: info.stack })
    expect(thrownBy({ ...outcome, error: { name: 'NonError', message: 'text' } }).stack).toBe('')
  }
})

test('truncates an error of any size to what Inngest accepts, with the record', () => {
  const long = 'x'.repeat(5_000_000)
  const huge = { name: 'Error', message: long, stack: `Error: ${long}\n    at work.ts:1:1` }
  const error = toErrorInfo({ ...huge, cause: { ...huge, cause: huge } })
  for (const outcome of [
    { type: 'retry', afterMs: 1000, error },
    { type: 'failed', error },
  ] as const) {
    const { message, stack, cause } = thrownBy(outcome)
    expect(JSON.stringify({ message, stack, cause }).length).toBeLessThan(150_000)
    expect(message).toMatch(/^x+… \(5000000 characters in total\)$/)
    expect(stack).toMatch(/^Error: x+….*\n {4}at work\.ts:1:1$/)
    expect(readFailedRecord({ message, stack, cause })).toMatchObject({ attempt: 2, error: { name: 'Error', message } })
  }
})

test('retries an interrupted attempt as soon as possible', () => {
  const error = thrownBy({ type: 'interrupted' })
  expect(error.name).toBe('RetryAfterError')
  expect(readFailedRecord(error)).toMatchObject({
    attempt: 2,
    nextAttemptAt: facts.due.at,
    error: { code: 'shutdown' },
  })
})

describe('the next attempt', () => {
  test('is due when its policy says', () => {
    expect(dueAfter(5000, now, { offsetMs: 0, roundTripMs: 40 })).toEqual({ at: now + 5000, atEngine: now + 5000 })
  })

  test('is due at least a second after Inngest learns of it', () => {
    expect(dueAfter(1050, now, { offsetMs: 0, roundTripMs: 50 }).at).toBe(now + 1050)
    expect(dueAfter(1050, now, { offsetMs: 0, roundTripMs: 400 }).at).toBe(now + 1400)
    expect(dueAfter(0, now, { offsetMs: 0, roundTripMs: 0 }).at).toBe(now + 1000)
  })

  test("is due after the same delay by the engine's clock as by the local one", () => {
    expect(dueAfter(5000, now, { offsetMs: -60_000, roundTripMs: 0 })).toEqual({
      at: now + 5000,
      atEngine: now - 55_000,
    })
  })
})
