import { describe, expect, test } from 'vitest'

import type { Duration } from './duration.ts'
import { declareOptions } from './declare-options.ts'
import { boolean, date, duration, group, integer, number, oneOf, string } from './kinds.ts'

interface Inner {
  limit?: number | undefined
}

interface Options {
  timeout?: number | Duration | undefined
  until?: Date | undefined
  name: string
  color?: 'red' | 'green' | 'blue' | undefined
  attempts?: number | undefined
  share?: number | undefined
  on?: boolean | undefined
  inner?: Inner | undefined
}

const inner = declareOptions<Inner>('`inner`', { limit: integer() })
const options = declareOptions<Options, { name: string; timeoutMs?: number; until?: number }>('a test', {
  timeout: duration({ minMs: 1 }),
  until: date({ excludes: 'timeout' }),
  name: string({ required: 'Name it.', maxLength: 5 }),
  color: oneOf(['red', 'green', 'blue'], { requires: 'on' }),
  attempts: integer({ max: 9 }),
  share: number({ min: 0, max: 1, remedy: 'Pass a fraction.' }),
  on: boolean(),
  inner: group(inner),
})
const all = 'The options are `timeout`, `until`, `name`, `color`, `attempts`, `share`, `on`, `inner`.'

describe('declared options', () => {
  test('are returned with durations in milliseconds, dates as epoch milliseconds, and without omitted ones', () => {
    const given = { timeout: '2s', name: 'x', on: false, color: 'red', inner: { limit: 2 }, share: undefined }
    const checked = { timeoutMs: 2000, name: 'x', on: false, color: 'red', inner: { limit: 2 } }
    expect(options.read(given)).toStrictEqual(checked)
    expect(options.read({ name: 'x', until: new Date(5), share: 0.5 })).toStrictEqual({
      name: 'x',
      until: 5,
      share: 0.5,
    })
    expect(inner.read(undefined)).toStrictEqual({})
  })

  test.each<[given: unknown, option: string, text: string]>([
    [null, 'options', `is null, not an object. ${all}`],
    [['x'], 'options', `is an array, not an object. ${all}`],
    [{ name: 'x', Name: undefined }, 'Name', `is not an option of a test. ${all}`],
    [JSON.parse('{ "__proto__": 5 }'), '__proto__', `is not an option of a test. ${all}`],
    [{ name: 'x', toString: 5 }, 'toString', `is not an option of a test. ${all}`],
    [{}, 'name', 'is missing. Name it.'],
    [undefined, 'name', 'is missing. Name it.'],
    [{ name: '' }, 'name', 'is empty. Pass a non-empty string'],
    [{ name: ' ' }, 'name', 'is blank. Pass a non-empty string'],
    [{ name: 5 }, 'name', 'is a number, not a string. Pass a non-empty string'],
    [{ name: 'longer' }, 'name', 'has 6 characters; the maximum is 5. Pass a non-empty string'],
    [{ name: 'x', timeout: 0 }, 'timeout', 'is 0. Pass milliseconds'],
    [{ name: 'x', timeout: -1 }, 'timeout', 'is negative: `-1`. Pass milliseconds'],
    [{ name: 'x', timeout: 'soon' }, 'timeout', "is not a duration: `'soon'`. Pass milliseconds"],
    [{ name: 'x', until: '2026-01-01' }, 'until', 'is a string, not a Date. Pass a valid `Date`.'],
    [{ name: 'x', until: new Date(Number.NaN) }, 'until', 'is an invalid Date. Pass a valid `Date`.'],
    [
      { name: 'x', until: new Date(0), timeout: 1 },
      'until',
      'cannot be combined with `timeout`. Set only one of them.',
    ],
    [{ name: 'x', color: 'red' }, 'color', 'requires `on`. Set `on`, or omit `color`.'],
    [{ name: 'x', on: true, color: 'pink' }, 'color', "is `pink`. Use 'red', 'green' or 'blue'."],
    [{ name: 'x', attempts: 0 }, 'attempts', 'is `0`. Pass a whole number from 1 to 9.'],
    [{ name: 'x', attempts: 1.5 }, 'attempts', 'is `1.5`. Pass a whole number from 1 to 9.'],
    [{ name: 'x', share: Number.NaN }, 'share', 'is `NaN`. Pass a fraction.'],
    [{ name: 'x', on: 1 }, 'on', 'is a number, not a boolean. Pass `true` or `false`.'],
    [{ name: 'x', inner: 5 }, 'inner', 'is a number, not an object. The options are `limit`.'],
    [{ name: 'x', inner: { limit: '1' } }, 'inner.limit', 'is the string `1`. Pass a whole number of 1 or more.'],
    [{ name: 'x', inner: { maximum: 1 } }, 'inner.maximum', 'is not an option of `inner`. The options are `limit`.'],
  ])('rejects %j with the option, the problem and the remedy', (given, option, text) => {
    const message = expect.stringContaining(`\`${option}\` ${text}`)
    expect(() => options.read(given)).toThrow(expect.objectContaining({ code: 'invalid_option', option, message }))
  })

  test('throw the error that the caller creates', () => {
    expect(() => inner.read({ limit: 0 }, (...words) => new RangeError(words.join(' | ')))).toThrow(
      new RangeError('limit | is `0` | Pass a whole number of 1 or more.'),
    )
  })

  test('must match their type at compile time', () => {
    // @ts-expect-error an option is missing
    declareOptions<Inner>('a test', {})
    // @ts-expect-error an option is unknown
    declareOptions<Inner>('a test', { limit: integer(), maximum: integer() })
    // @ts-expect-error an option is of another kind
    declareOptions<Inner>('a test', { limit: string() })
    // @ts-expect-error a value is missing
    declareOptions<Pick<Options, 'color'>>('a test', { color: oneOf(['red', 'green']) })
  })
})
