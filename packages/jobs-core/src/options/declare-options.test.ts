import { describe, expect, test } from 'vitest'

import type { Duration } from '../time/duration.ts'
import { declareOptions } from './declare-options.ts'
import { count, date, duration, flag, group, number, text, word } from './kinds.ts'

interface Inner {
  limit?: number | undefined
}

interface Options {
  timeout?: number | Duration | undefined
  until?: Date | undefined
  name: string
  colour?: 'red' | 'green' | 'blue' | undefined
  attempts?: number | undefined
  share?: number | undefined
  on?: boolean | undefined
  inner?: Inner | undefined
}

const inner = declareOptions<Inner>('`inner`', { limit: count() })
const options = declareOptions<Options, { name: string; timeoutMs?: number; until?: number }>('a test', {
  timeout: duration({ minMs: 1 }),
  until: date({ excludes: 'timeout' }),
  name: text({ required: 'Name it.', maxLength: 5 }),
  colour: word(['red', 'green', 'blue'], { requires: 'on' }),
  attempts: count({ max: 9 }),
  share: number({ min: 0, max: 1, remedy: 'Give a fraction.' }),
  on: flag(),
  inner: group(inner),
})
const all = 'The options are `timeout`, `until`, `name`, `colour`, `attempts`, `share`, `on`, `inner`.'

describe('declared options', () => {
  test('are kept with durations in milliseconds, dates as instants, and nothing for what was left out', () => {
    const given = { timeout: '2s', name: 'x', on: false, colour: 'red', inner: { limit: 2 }, share: undefined }
    const kept = { timeoutMs: 2000, name: 'x', on: false, colour: 'red', inner: { limit: 2 } }
    expect(options.read(given)).toStrictEqual(kept)
    expect(options.read({ name: 'x', until: new Date(5), share: 0.5 })).toStrictEqual({
      name: 'x',
      until: 5,
      share: 0.5,
    })
    expect(inner.read(undefined)).toStrictEqual({})
  })

  test.each<[given: unknown, option: string, says: string]>([
    [null, 'options', `is null, not an object. ${all}`],
    [['x'], 'options', `is an array, not an object. ${all}`],
    [{ name: 'x', Name: undefined }, 'Name', `is not an option of a test. ${all}`],
    [JSON.parse('{ "__proto__": 5 }'), '__proto__', `is not an option of a test. ${all}`],
    [{ name: 'x', toString: 5 }, 'toString', `is not an option of a test. ${all}`],
    [{}, 'name', 'is missing. Name it.'],
    [undefined, 'name', 'is missing. Name it.'],
    [{ name: '' }, 'name', 'is empty. Give a string'],
    [{ name: ' ' }, 'name', 'is blank. Give a string'],
    [{ name: 5 }, 'name', 'is a number, not a string. Give a string'],
    [{ name: 'longer' }, 'name', 'has 6 characters. Give a string'],
    [{ name: 'x', timeout: 0 }, 'timeout', 'is 0. Give milliseconds'],
    [{ name: 'x', timeout: -1 }, 'timeout', 'is negative: `-1`. Give milliseconds'],
    [{ name: 'x', timeout: 'soon' }, 'timeout', "is not a duration: `'soon'`. Give milliseconds"],
    [{ name: 'x', until: '2026-01-01' }, 'until', 'is a string, not a Date. Give a valid `Date`.'],
    [{ name: 'x', until: new Date(Number.NaN) }, 'until', 'is an invalid Date. Give a valid `Date`.'],
    [{ name: 'x', until: new Date(0), timeout: 1 }, 'until', 'is given beside `timeout`. Give one of the two.'],
    [{ name: 'x', colour: 'red' }, 'colour', 'requires `on`. Give `on`, or leave `colour` out.'],
    [{ name: 'x', on: true, colour: 'pink' }, 'colour', "is `pink`. Use 'red', 'green' or 'blue'."],
    [{ name: 'x', attempts: 0 }, 'attempts', 'is `0`. Give a whole number from 1 to 9.'],
    [{ name: 'x', attempts: 1.5 }, 'attempts', 'is `1.5`. Give a whole number from 1 to 9.'],
    [{ name: 'x', share: Number.NaN }, 'share', 'is `NaN`. Give a fraction.'],
    [{ name: 'x', on: 1 }, 'on', 'is a number, not a boolean. Give `true` or `false`.'],
    [{ name: 'x', inner: 5 }, 'inner', 'is a number, not an object. The options are `limit`.'],
    [{ name: 'x', inner: { limit: '1' } }, 'inner.limit', 'is `1`. Give a whole number of 1 or more.'],
    [{ name: 'x', inner: { most: 1 } }, 'inner.most', 'is not an option of `inner`. The options are `limit`.'],
  ])('%j are refused with the option, its problem and the remedy', (given, option, says) => {
    const message = expect.stringContaining(`\`${option}\` ${says}`)
    expect(() => options.read(given)).toThrow(expect.objectContaining({ code: 'invalid_option', option, message }))
  })

  test('are refused with the error of the caller', () => {
    expect(() => inner.read({ limit: 0 }, (...words) => new RangeError(words.join(' | ')))).toThrow(
      new RangeError('limit | is `0` | Give a whole number of 1 or more.'),
    )
  })

  test('are held against their type by the compiler', () => {
    // @ts-expect-error an option is missing
    declareOptions<Inner>('a test', {})
    // @ts-expect-error an option is superfluous
    declareOptions<Inner>('a test', { limit: count(), most: count() })
    // @ts-expect-error an option is of another kind
    declareOptions<Inner>('a test', { limit: text() })
    // @ts-expect-error a word is missing
    declareOptions<Pick<Options, 'colour'>>('a test', { colour: word(['red', 'green']) })
  })
})
