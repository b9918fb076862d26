import { runInNewContext } from 'node:vm'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { revokedProxy } from '../../test/kit/unusual-errors.ts'
import { StepPromise } from '../workflows/step-promise.ts'
import { toJson } from './to-json.ts'

class Order {
  id = 1
}

const refusal = (value: unknown, root: 'payload' | 'output' = 'payload'): NotSerializableError => {
  try {
    toJson(value, root)
  } catch (error) {
    if (NotSerializableError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was not refused.')
}

const nested = (levels: number): object => {
  let value: object = {}
  for (let level = 1; level < levels; level++) value = { in: value }
  return value
}

const cycle: Record<string, unknown> = { a: { b: [] } }
;(cycle['a'] as { b: unknown[] }).b.push({ back: cycle })

const hole = [1, 2, 3]
delete hole[1]

describe('a value that JSON would drop or change is rejected with its path', () => {
  test.each<[value: unknown, path: string, problem: string | RegExp]>([
    [{ price: 10n }, 'payload.price', 'a BigInt'],
    [{ items: [{ done: () => true }] }, 'payload.items[0].done', 'a function'],
    [{ kind: Symbol('x') }, 'payload.kind', 'a symbol'],
    [{ map: new Map() }, 'payload.map', '`Map`'],
    [{ order: new Order() }, 'payload.order', '`Order`'],
    [{ order: new (class {})() }, 'payload.order', 'a class'],
    [{ error: new TypeError('x') }, 'payload.error', '`TypeError`'],
    [{ at: new Date(Number.NaN) }, 'payload.at', 'an invalid Date'],
    [[1, undefined], 'payload[1]', '`undefined`'],
    [{ list: hole }, 'payload.list[1]', '`undefined`'],
    [{ n: Number.NaN }, 'payload.n', '`NaN`'],
    [{ n: [Number.POSITIVE_INFINITY] }, 'payload.n[0]', '`Infinity`'],
    [{ a: { [Symbol('hidden')]: 1 } }, 'payload.a', 'symbol keys'],
    [JSON.parse('{"a":{"__proto__":{"admin":true}}}'), 'payload.a.__proto__', '`__proto__`'],
    [{ money: { amount: 5, toJSON: () => '5 EUR' } }, 'payload.money.toJSON', 'a function'],
    [{ bytes: Buffer.from('x') }, 'payload.bytes', '`Buffer`'],
    [{ bytes: new Uint8Array(2) }, 'payload.bytes', '`Uint8Array`'],
    [{ text: Object('boxed') }, 'payload.text', '`String`'],
    [{ url: new URL('https://example.com') }, 'payload.url', '`URL`'],
    [{ derived: Object.create({ inherited: 1 }) }, 'payload.derived', /`Object`|a class/],
    [{ derived: Object.create(Object.create(null) as object) }, 'payload.derived', 'a class'],
    [{ map: runInNewContext('new Map()') }, 'payload.map', '`Map`'],
    [{ 'first name': [10n] }, 'payload["first name"][0]', 'a BigInt'],
    [{ '0': 10n }, 'payload["0"]', 'a BigInt'],
    [undefined, 'payload', '`undefined`'],
    [() => 1, 'payload', 'a function'],
    [cycle, 'payload.a.b[0].back', 'a circular reference'],
  ])('%o', (value, path, problem) => {
    const error = refusal(value)
    expect(error.path).toBe(path)
    expect(error.message).toMatch(problem)
    // The problem, then the remedy.
    expect(error.message).toMatch(/^`payload.*` cannot be stored as JSON: it is .+\. [A-Z].+\.$/)
  })

  test('a getter that throws, with its error as the cause', () => {
    const cause = new Error('not loaded')
    const error = refusal({
      order: {
        get lines(): never {
          throw cause
        },
      },
    })
    expect(error).toMatchObject({ path: 'payload.order.lines', cause })
  })

  test('an output with too many items that were never set, at once, however long the array is', () => {
    const byId: unknown[] = []
    byId[30_000_000] = { name: 'Ada' }
    expect(refusal({ byId }, 'output').path).toBe('output.byId[0]')
    const unset = (length: number) => Object.assign([], { length })
    expect(refusal([unset(600_000), unset(600_000)], 'output').path).toBe('output[1][400000]')
  })

  test('a promise, such as that of a step, with `await` as the remedy', () => {
    for (const promise of [Promise.resolve(1), StepPromise.of(Promise.resolve(1))]) {
      expect(refusal([promise], 'output').message).toBe(
        '`output[0]` cannot be stored as JSON: it is a promise. Use `await` to get its value.',
      )
    }
  })

  test('a revoked proxy', () => {
    const error = refusal({ order: { lines: [revokedProxy] } })
    expect([error.code, error.path]).toEqual(['not_serializable', 'payload.order.lines[0]'])
    expect(error.message).toContain('an object that cannot be read')
  })

  test('more than 100 levels, which some engines truncate', () => {
    expect(() => toJson(nested(100), 'payload')).not.toThrow()
    expect(refusal(nested(101))).toMatchObject({ message: expect.stringContaining('nested more than 100 levels deep') })
    expect(refusal(nested(5000)).path).toMatch(/^payload(\.in){100}$/)
  })

  test('an invalid value at any depth, with its path', () => {
    const place = fc.array(fc.oneof(fc.nat(3), fc.stringMatching(/^[a-z]{1,3}$/)), { maxLength: 8 })
    fc.assert(
      fc.property(place, (keys) => {
        const value = keys.reduceRight<unknown>(
          (inner, key) =>
            typeof key === 'number' ? [...Array.from({ length: key }, () => 0), inner] : { first: 0, [key]: inner },
          10n,
        )
        const path = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
        expect(refusal(value, 'output').path).toBe(`output${path}`)
      }),
    )
  })

  test.each([
    [
      'two places each, thirty levels deep',
      (): object => repeat({ leaf: true }, 30, (value) => ({ left: value, right: value })),
    ],
    [
      'a thousand places each',
      (): object =>
        repeat(
          Array.from({ length: 1000 }, () => 0),
          3,
          (row) => Array.from({ length: 1000 }, () => row),
        ),
    ],
  ])('a few objects that expand to billions of values: in %s', (_name, make) => {
    expect(refusal(make())).toMatchObject({
      path: expect.stringMatching(/^payload[.[]/),
      message: expect.stringContaining('values by repeated references'),
    })
  })
})

function repeat(leaf: object, levels: number, wrap: (inner: object) => object): object {
  return levels === 0 ? leaf : repeat(wrap(leaf), levels - 1, wrap)
}

test('an object that is no date is rejected with the key of dates, if handlers get dates again', () => {
  for (const at of [
    { $date: 'soon' },
    { $date: 5 },
    { $date: '1' },
    { $date: '2026-03-01T09:00' },
    { $date: '2026-03-01', zone: 'UTC' },
  ]) {
    expect(() => toJson({ list: [at] }, 'payload', true)).toThrow(
      'it is an object with the key `$date`. Rename the key: with `{ dates: true }`, it stands for a date.',
    )
    expect(toJson({ list: [at] }, 'payload').json).toEqual({ list: [at] })
  }
  expect(() => toJson({ at: new Date(Number.NaN) }, 'payload', true)).toThrow(
    '`payload.at` cannot be stored as JSON: it is an invalid Date.',
  )
})
