import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { plainCopyOf } from './plain-copy.ts'
import { toJson } from './to-json.ts'

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe('plainCopyOf', () => {
  test('returns an equal deep copy of any small JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = plainCopyOf(value)
        if (copy === undefined) return
        expect(copy).toEqual(value)
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value)
      }),
    )
  })

  test('leaves a large value to the slow copy, which gives an equal result', () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ index, name: `row ${index}`, gone: undefined }))
    expect(plainCopyOf(rows)).toBeUndefined()
    expect(toJson(rows, 'payload').json).toEqual(rows.map(({ index, name }) => ({ index, name })))
  })

  const cycle: Record<string, unknown> = {}
  cycle['again'] = { cycle }
  const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], [])

  test.each([
    ['a date', { at: new Date(0) }],
    ['an undefined element', [undefined]],
    ['an instance', new Map()],
    ['a symbol key', { [Symbol('key')]: 1 }],
    ['a `__proto__` key', JSON.parse('{ "__proto__": 1 }')],
    ['a number that JSON has not', { rate: Number.NaN }],
    ['a function', { call: () => 1 }],
    ['a cycle', cycle],
    ['a value that is nested too deeply', deep],
    [
      'a getter that throws',
      {
        get broken() {
          throw new Error('broken')
        },
      },
    ],
  ])('%s is left to the slow copy', (_what, value) => {
    expect(plainCopyOf(value)).toBeUndefined()
  })
})
