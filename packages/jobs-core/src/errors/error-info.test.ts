import { runInNewContext } from 'node:vm'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cyclicError, errorLike, frozenError, revokedProxy, unreadableError } from '../../test/kit/unusual-errors.ts'
import { InvalidOptionError } from './invalid-option-error.ts'
import { errorFrom } from './error-from.ts'
import { toError, toErrorInfo } from './error-info.ts'

const depthOf = (info: { cause?: object }): number => (info.cause ? 1 + depthOf(info.cause) : 0)

describe('toErrorInfo describes', () => {
  test('an error with its name, message, stack and cause', () => {
    const cause = new RangeError('Deep.')
    const error = new TypeError('No.', { cause })
    expect(toErrorInfo(error)).toStrictEqual({
      name: 'TypeError',
      message: 'No.',
      stack: error.stack,
      cause: { name: 'RangeError', message: 'Deep.', stack: cause.stack },
    })
  })

  test('the code, even if it is a number', () => {
    expect(toErrorInfo(new InvalidOptionError({ option: 'delay', problem: 'is odd', remedy: 'Fix it.' })).code).toBe(
      'invalid_option',
    )
    expect(toErrorInfo(Object.assign(new Error('x'), { code: 404 })).code).toBe('404')
    expect(toErrorInfo(Object.assign(new Error('x'), { code: {} }))).not.toHaveProperty('code')
  })

  test.each<[thrown: unknown, info: object]>([
    ['no luck', { name: 'NonError', message: '"no luck" was thrown, not an Error' }],
    ['', { name: 'NonError', message: '"" was thrown, not an Error' }],
    [undefined, { name: 'NonError', message: '`undefined` was thrown, not an Error' }],
    [null, { name: 'NonError', message: '`null` was thrown, not an Error' }],
    [404, { name: 'NonError', message: '`404` was thrown, not an Error' }],
    [5n, { name: 'NonError', message: '`5` was thrown, not an Error' }],
    [Symbol('x'), { name: 'NonError', message: '`Symbol(x)` was thrown, not an Error' }],
    [{ reason: 'odd' }, { name: 'NonError', message: 'an object (reason) was thrown, not an Error' }],
    [{ big: 5n }, { name: 'NonError', message: 'an object (big) was thrown, not an Error' }],
    // No values: the response of an HTTP client contains the headers of the request.
    [
      { status: 401, config: { headers: { authorization: 'Bearer secret' } } },
      { name: 'NonError', message: 'an object (status, config) was thrown, not an Error' },
    ],
    [
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, index])),
      {
        name: 'NonError',
        message: 'an object (key0, key1, key2, key3, key4, key5, key6, key7, key8, key9) was thrown, not an Error',
      },
    ],
    [
      { code: '23505', message: 'duplicate key', details: null, hint: null },
      { name: 'NonError', message: 'duplicate key', code: '23505' },
    ],
    [
      { name: '', message: 'shop closed', status: 503, config: { authorization: 'Bearer secret' } },
      { name: 'NonError', message: 'shop closed' },
    ],
    [
      { code: 'E1', detail: 'secret' },
      { name: 'NonError', message: 'an object (code, detail) was thrown, not an Error', code: 'E1' },
    ],
    [{ message: '' }, { name: 'NonError', message: 'an object (message) was thrown, not an Error' }],
    [{ message: { text: 'odd' } }, { name: 'NonError', message: 'an object (message) was thrown, not an Error' }],
    [errorLike, { name: 'ForeignError', message: 'From elsewhere.', code: 'E_FOREIGN' }],
    [Object.assign(new Error('x'), { name: '', stack: undefined }), { name: 'Error', message: 'x' }],
    [Object.assign(new Error('x'), { message: 5, stack: 5 }), { name: 'Error', message: '`5`' }],
    [
      Object.assign(new Error('x', { cause: 'why' }), { stack: '' }),
      {
        name: 'Error',
        message: 'x',
        stack: '',
        cause: { name: 'NonError', message: '"why" was thrown, not an Error' },
      },
    ],
  ])('%o', (thrown, info) => expect(toErrorInfo(thrown)).toStrictEqual(info))

  test('an error of another realm', () => {
    const thrown: unknown = runInNewContext('Object.assign(new TypeError("Elsewhere."), { code: "E_VM" })')
    expect(thrown).not.toBeInstanceOf(Error)
    expect(toErrorInfo(thrown)).toMatchObject({ name: 'TypeError', message: 'Elsewhere.', code: 'E_VM' })
  })

  test('an error whose properties cannot be read', () => {
    expect(toErrorInfo(unreadableError)).toStrictEqual({ name: 'Error', message: '`undefined`' })
  })

  test('a revoked proxy, also as the cause of an error', () => {
    const info = { name: 'NonError', message: 'an object that cannot be read was thrown, not an Error' }
    expect(toErrorInfo(revokedProxy)).toStrictEqual(info)
    expect(toErrorInfo(new Error('x', { cause: revokedProxy })).cause).toStrictEqual(info)
  })

  test('text with a lone surrogate, which some engines would replace', () => {
    const error = Object.assign(new Error('cut \ud83d'), { name: 'x\ude00', code: '\ud800', stack: 'at \udfff 😀' })
    expect(toErrorInfo(error)).toStrictEqual({
      name: 'x\ufffd',
      message: 'cut \ufffd',
      code: '\ufffd',
      stack: 'at \ufffd 😀',
    })
  })

  test('an object with a long key', () => {
    expect(toErrorInfo({ ['x'.repeat(5000)]: 1 }).message).toMatch(
      /^an object \(x{100}… .+\) was thrown, not an Error$/,
    )
  })

  test('an `AggregateError` with the messages of its first errors, and the first one as its cause', async () => {
    const declined = Object.assign(new TypeError('card A declined'), { code: 'E_CARD' })
    const promise = Promise.any([Promise.reject(declined), Promise.reject(new Error('card B declined'))])
    const thrown = await promise.catch((error: unknown) => error)
    expect(toErrorInfo(thrown)).toMatchObject({
      name: 'AggregateError',
      message: 'All promises were rejected: card A declined; card B declined',
      cause: { name: 'TypeError', message: 'card A declined', code: 'E_CARD' },
    })
    const cause = new Error('its own')
    expect(toErrorInfo(new AggregateError([declined], '', { cause }))).toMatchObject({
      message: 'card A declined',
      cause: { message: 'its own' },
    })
    expect(toErrorInfo(new AggregateError([], 'None.'))).toMatchObject({ name: 'AggregateError', message: 'None.' })
    const odd = ['text', revokedProxy, unreadableError, new TypeError(''), { message: 'plain' }, 6, 7]
    expect(toErrorInfo(new AggregateError(odd, 'Odd')).message).toBe(
      'Odd: "text" was thrown, not an Error; an object that cannot be read was thrown, not an Error; ' +
        '`undefined`; TypeError; plain; and 2 more',
    )
    const elsewhere: unknown = runInNewContext('new AggregateError([new Error("inner")], "Elsewhere")')
    expect(toErrorInfo(elsewhere).message).toBe('Elsewhere: inner')
    for (const errors of [revokedProxy, new Proxy([1], { get: () => revokedProxy }), 'text']) {
      expect(toErrorInfo(Object.assign(new AggregateError([], 'Odd'), { errors })).message).toBe('Odd')
    }
    const nested = new AggregateError([], 'Round')
    nested.errors.push(nested, new Error('x'.repeat(50_000)))
    expect(toErrorInfo(nested).message).toMatch(/^Round: Round; x{1000}… \(50000 characters in total\)$/)
    expect(depthOf(toErrorInfo(nested))).toBe(5)
  })

  test('an error of a subclass of `AggregateError`, but no other error with `errors`', () => {
    class BatchError extends AggregateError {
      override readonly name = 'BatchError'
    }
    const errors = [new Error('first'), new Error('second')]
    const info = { name: 'BatchError', message: 'Two failed: first; second', cause: { message: 'first' } }
    expect(toErrorInfo(new BatchError(errors, 'Two failed'))).toMatchObject(info)
    const { message, cause } = toErrorInfo(Object.assign(new Error('2 errors'), { errors: ['a', 'b'] }))
    expect([message, cause]).toEqual(['2 errors', undefined])
  })

  test('an `AggregateError` with long texts, each cut, and the frames of its stack', () => {
    const text = 'x'.repeat(50_000)
    const error = new AggregateError([new Error('inner'), text], text)
    error.stack = `AggregateError: ${text}\n    at work.ts:1:1`
    const info = toErrorInfo(error)
    expect(info.stack).toMatch(/^AggregateError: x{1024}… \(50000 characters in total\)\n {4}at work\.ts:1:1$/)
    expect(toErrorInfo(errorFrom(info))).toStrictEqual(info)
    expect(toErrorInfo(new AggregateError([text, new Error('inner')], 'Own')).message).toMatch(
      /^Own: "x{999}… \(50002 characters in total\) was thrown, not an Error; inner$/,
    )
  })

  test('an `AggregateError` with any `errors`, of which it reads five and the length', () => {
    const read: PropertyKey[] = []
    const errors = new Proxy(Object.assign([], { length: 1_000_000 }), {
      get(target, key, receiver) {
        read.push(key)
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    const { message, cause } = toErrorInfo(Object.assign(new AggregateError([], 'Odd'), { errors }))
    expect(message).toMatch(/^Odd: (`undefined` was thrown, not an Error; ){5}and 999995 more$/)
    expect(cause).toBeUndefined()
    expect(read).toEqual(['length', '0', '1', '2', '3', '4'])
  })

  test('texts of any length, cut to 16,384 characters, the same when it is described again', () => {
    const text = 'x'.repeat(30_000_000)
    const long = Object.assign(new Error(text), { name: text, code: text })
    const error = new Error(text, { cause: long })
    error.stack = `Error: ${text}\n    at work.ts:1:1`
    const info = toErrorInfo(error)
    expect(info.message).toMatch(/^x+… \(30000000 characters in total\)$/)
    expect(info.stack).toMatch(/^Error: x+….*\n {4}at work\.ts:1:1$/)
    const { cause } = info
    for (const part of [info.message, info.stack, cause?.name, cause?.message, cause?.code, cause?.stack]) {
      expect(part!.length).toBeLessThanOrEqual(16_384)
    }
    expect(toErrorInfo(errorFrom(info))).toStrictEqual(info)
    expect(toErrorInfo(text).message.length).toBeLessThanOrEqual(16_384)
  })

  test('a frozen error', () =>
    expect(toErrorInfo(frozenError)).toMatchObject({ name: 'RangeError', message: 'Frozen.' }))

  test('circular causes, five levels deep', () => {
    expect(depthOf(toErrorInfo(cyclicError))).toBe(5)
    let error = new Error('0')
    for (let level = 1; level < 20; level++) error = new Error(String(level), { cause: error })
    expect(depthOf(toErrorInfo(error))).toBe(5)
  })

  test('any value as JSON, and never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (thrown) => {
        const info = toErrorInfo(thrown)
        expect(JSON.parse(JSON.stringify(info))).toEqual(info)
        expect(typeof info.name === 'string' && typeof info.message === 'string').toBe(true)
      }),
    )
  })
})

describe('toError', () => {
  test('returns an `Error` unchanged', () => {
    for (const error of [frozenError, cyclicError, unreadableError]) expect(toError(error)).toBe(error)
  })

  test('describes a revoked proxy, with it as the cause', () => {
    const { name, message, cause } = toError(revokedProxy)
    expect([name, message]).toEqual(['NonError', 'an object that cannot be read was thrown, not an Error'])
    expect(cause === revokedProxy).toBe(true)
  })

  test.each([undefined, null, 'no luck', 404, { reason: 'odd' }, errorLike])('sets %o as the cause', (thrown) => {
    const error = toError(thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error.cause).toBe(thrown)
    expect(error.message).toBe(toErrorInfo(thrown).message)
    expect(error.name).toBe(toErrorInfo(thrown).name)
    expect((error as { code?: unknown }).code).toBe(toErrorInfo(thrown).code)
  })
})
