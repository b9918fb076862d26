import { describe, expect, test } from 'vitest'

import { readCompletedRecord, readFailedRecord, readInngestError, toCompletedRecord } from './attempt-record.ts'

describe('the record of a completed run', () => {
  test('is read back unchanged, whatever the output', () => {
    for (const output of [null, false, 0, '', [], {}, { attempt: 9 }]) {
      const record = toCompletedRecord({ type: 'completed', output }, 2, 1000)
      expect(record).toEqual({ output, attempt: 2, startedAt: 1000 })
      expect(readCompletedRecord(JSON.parse(JSON.stringify(record)))).toEqual(record)
    }
  })

  test('has no output if the handler returned nothing', () => {
    expect('output' in toCompletedRecord({ type: 'completed' }, 1, 1000)).toBe(false)
  })

  test('is not found in the output of other functions', () => {
    for (const output of [
      undefined,
      null,
      'text',
      7,
      [],
      {},
      { attempt: 1 },
      { startedAt: 1 },
      { attempt: '1', startedAt: 1 },
      { attempt: 1, startedAt: null },
      { attempt: Number.NaN, startedAt: 1 },
      { data: { attempt: 1, startedAt: 1 } },
      Object.assign([], { attempt: 1, startedAt: 1 }),
    ]) {
      expect(readCompletedRecord(output)).toBeUndefined()
    }
  })
})

describe('the record of a failed attempt', () => {
  const record = { attempt: 1, maxAttempts: 3, startedAt: 1000, error: { name: 'Error', message: 'no' } }

  test('is the cause of its error', () => {
    expect(readFailedRecord({ name: 'RetryAfterError', message: 'no', cause: record })).toEqual(record)
  })

  test('has the stack of its error, which it does not store twice', () => {
    const error = { name: 'RetryAfterError', message: 'no', stack: 'TypeError: no', cause: record }
    expect(readFailedRecord(error)).toEqual({ ...record, error: { ...record.error, stack: 'TypeError: no' } })
    for (const stack of ['', undefined, 7]) expect(readFailedRecord({ ...error, stack })).toEqual(record)
  })

  test('is not found in errors of others', () => {
    const { error: _error, ...withoutError } = record
    const { attempt: _attempt, ...withoutAttempt } = record
    const { maxAttempts: _maxAttempts, ...withoutMost } = record
    for (const error of [
      undefined,
      null,
      'no',
      [],
      record,
      {},
      { cause: null },
      { cause: 'no' },
      { cause: [record] },
      { cause: withoutError },
      { cause: withoutAttempt },
      { cause: withoutMost },
      { cause: { ...record, error: 'no' } },
      { cause: { ...record, error: null } },
      { cause: { ...record, attempt: '1' } },
      { cause: { ...record, maxAttempts: Number.POSITIVE_INFINITY } },
    ]) {
      expect(readFailedRecord(error)).toBeUndefined()
    }
  })
})

describe('an error that is not from this library', () => {
  test('keeps its members', () => {
    const error = { name: 'TypeError', message: 'no', stack: 'TypeError: no', code: 'E_NO', __serialized: true }
    expect(readInngestError(error)).toEqual({ name: 'TypeError', message: 'no', stack: 'TypeError: no', code: 'E_NO' })
  })

  test('can be a string', () => {
    expect(readInngestError('no answer')).toEqual({ name: 'Error', message: 'no answer' })
  })

  test('always has a name and a message', () => {
    const unknown = { name: 'Error', message: 'Inngest reported no reason' }
    for (const odd of [null, undefined, 7, [], {}, { name: '', stack: '' }, { name: 7, message: {}, code: 1 }]) {
      expect(readInngestError(odd)).toEqual(unknown)
    }
    expect(readInngestError({ message: '' })).toEqual({ name: 'Error', message: '' })
  })
})
