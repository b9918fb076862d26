import { runInNewContext } from 'node:vm'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toJson } from './to-json.ts'

/** Any JSON without the key `__proto__`, which is rejected. */
const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'))
const copyOf = (value: unknown) => toJson(value, 'payload').json

describe('a JSON value', () => {
  test('is copied as JSON.stringify and JSON.parse would copy it', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(copyOf(value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })

  test('has zero without a sign, as in JSON', () => {
    expect(Object.is(copyOf(-0), 0)).toBe(true)
    expect(Object.is((copyOf({ n: [-0] }) as { n: number[] }).n[0], 0)).toBe(true)
  })

  test('keeps unusual keys and strings', () => {
    const value = {
      '': 1,
      constructor: 'x',
      toString: null,
      'a.b': [''],
      '\u0000': '\ud83d\ude00',
      hasOwnProperty: false,
    }
    expect(copyOf(value)).toEqual(value)
  })
})

describe('a value that is converted to JSON', () => {
  test('omits a property that is `undefined`', () => {
    const copy = copyOf({ a: undefined, b: { c: undefined } }) as object
    expect(copy).toEqual({ b: {} })
    expect(Object.keys(copy)).toEqual(['b'])
  })

  test('converts a date to an ISO string, and reports its path', () => {
    const date = new Date('2026-03-01T09:30:00.5+01:00')
    expect(toJson({ at: date, list: [{ 'first day': date }] }, 'payload')).toEqual({
      json: { at: '2026-03-01T08:30:00.500Z', list: [{ 'first day': '2026-03-01T08:30:00.500Z' }] },
      datePaths: [['at'], ['list', 0, 'first day']],
    })
  })

  test('tags a date if handlers get it again', () => {
    const date = new Date('2026-03-01T09:30:00.5+01:00')
    expect(toJson({ at: date, list: [{ tagged: { $date: '2026-03-01' } }], none: undefined }, 'payload', true)).toEqual(
      {
        json: { at: { $date: '2026-03-01T08:30:00.500Z' }, list: [{ tagged: { $date: '2026-03-01' } }] },
        datePaths: [],
      },
    )
  })

  test('has `null` for each item of an array that is `undefined` in an output, as with JSON.stringify', () => {
    const output = { items: [undefined, new Date(0), [undefined]], none: undefined }
    expect(toJson(output, 'output').json).toStrictEqual(JSON.parse(JSON.stringify(output)))
  })

  test('has `null` for each item of an array that was never set in an output, as with JSON.stringify', () => {
    const sparse = (length: number, ...items: unknown[]) => Object.assign(Array.from(items), { length })
    const output = [sparse(3), { items: sparse(4, 1) }, Object.assign([], { 2: 'c' })]
    expect(toJson(output, 'output').json).toStrictEqual(JSON.parse(JSON.stringify(output)))
    expect(() => toJson([1, Object.assign([], { 1: 1 })], 'payload')).toThrow(/`payload\[1\]\[0\]`/)
  })

  test('accepts plain objects and arrays of another realm', () => {
    expect(copyOf(runInNewContext('({ a: [1, { b: null }], c: Object.create(null) })'))).toEqual({
      a: [1, { b: null }],
      c: {},
    })
  })

  test('copies an object once for each reference', () => {
    const shared = { n: 1 }
    const copy = copyOf({ a: shared, b: [shared, shared] }) as { a: object; b: object[] }
    expect(copy).toEqual({ a: { n: 1 }, b: [{ n: 1 }, { n: 1 }] })
    expect(copy.a).not.toBe(copy.b[0])
    expect(copy.b[0]).not.toBe(copy.b[1])
  })

  test('reads a getter once', () => {
    let reads = 0
    const value = {
      get total() {
        return (reads += 1)
      },
    }
    expect(copyOf(value)).toEqual({ total: 1 })
  })
})
