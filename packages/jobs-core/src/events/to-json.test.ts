import { runInNewContext } from 'node:vm'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toJson } from './to-json.ts'

/** Any JSON but that with the one key which is refused. */
const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'))
const copyOf = (value: unknown) => toJson(value, 'payload').json

describe('a value that JSON carries', () => {
  test('is copied as the wire would copy it, whatever it is', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(copyOf(value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })

  test('keeps zero as the wire has it, without a sign', () => {
    expect(Object.is(copyOf(-0), 0)).toBe(true)
    expect(Object.is((copyOf({ n: [-0] }) as { n: number[] }).n[0], 0)).toBe(true)
  })

  test('keeps odd keys and texts', () => {
    const value = { '': 1, constructor: 'x', toString: null, 'a.b': [''], '\u0000': '\ud800', hasOwnProperty: false }
    expect(copyOf(value)).toEqual(value)
  })
})

describe('what is not JSON and yet can travel', () => {
  test('a property that is `undefined` is left out', () => {
    const copy = copyOf({ a: undefined, b: { c: undefined } }) as object
    expect(copy).toEqual({ b: {} })
    expect(Object.keys(copy)).toEqual(['b'])
  })

  test('a date becomes ISO text, and its place is reported', () => {
    const date = new Date('2026-03-01T09:30:00.5+01:00')
    expect(toJson({ at: date, list: [{ 'first day': date }] }, 'payload')).toEqual({
      json: { at: '2026-03-01T08:30:00.500Z', list: [{ 'first day': '2026-03-01T08:30:00.500Z' }] },
      datePaths: [['at'], ['list', 0, 'first day']],
    })
  })

  test('plain objects and arrays of another realm', () => {
    expect(copyOf(runInNewContext('({ a: [1, { b: null }], c: Object.create(null) })'))).toEqual({
      a: [1, { b: null }],
      c: {},
    })
  })

  test('an object that stands in several places, each with a copy of its own', () => {
    const shared = { n: 1 }
    const copy = copyOf({ a: shared, b: [shared, shared] }) as { a: object; b: object[] }
    expect(copy).toEqual({ a: { n: 1 }, b: [{ n: 1 }, { n: 1 }] })
    expect(copy.a).not.toBe(copy.b[0])
    expect(copy.b[0]).not.toBe(copy.b[1])
  })

  test('a getter, read once', () => {
    let reads = 0
    const value = {
      get total() {
        return (reads += 1)
      },
    }
    expect(copyOf(value)).toEqual({ total: 1 })
  })
})
