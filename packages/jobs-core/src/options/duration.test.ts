import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type Duration, maxDurationMs, toMilliseconds } from './duration.ts'

const dayMs = 86_400_000
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs }
const unit = fc.constantFrom(...(Object.keys(unitMs) as (keyof typeof unitMs)[]))

describe('converts a duration to whole milliseconds', () => {
  test.each<[duration: number | Duration, ms: number]>([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', dayMs],
    ['7d', 7 * dayMs],
    ['2w', 14 * dayMs],
    ['1.5h', 5_400_000],
    ['0.1s', 100],
    ['2.3h', 8_280_000],
    ['256.1d', 22_127_040_000],
    ['0s', 0],
    ['1.0005s', 1001],
    ['0.5ms', 1],
    ['0.001ms', 1],
    ['3650d', maxDurationMs],
    [0, 0],
    [1, 1],
    [0.2, 1],
    [1000.0001, 1001],
    [86_400_000, dayMs],
    [2 ** 31, 2 ** 31],
    [Number.MIN_VALUE, 1],
    [maxDurationMs, maxDurationMs],
  ])('%j: %i', (duration, ms) => expect(toMilliseconds(duration, 'delay')).toBe(ms))

  test('rounds up by less than a millisecond', () => {
    const fraction = fc.tuple(fc.nat(400), fc.stringMatching(/^\d{1,4}$/)).map(([whole, part]) => `${whole}.${part}`)
    fc.assert(
      fc.property(fraction, unit, (count, name) => {
        const ms = toMilliseconds(`${count}${name}` as Duration, 'delay')
        // In exact integers: a decimal fraction of at most four digits, times ten thousand.
        const [whole, part] = count.split('.') as [string, string]
        const exact = BigInt(whole + part.padEnd(4, '0')) * BigInt(unitMs[name])
        expect(BigInt(ms) * 10_000n >= exact).toBe(true)
        expect((BigInt(ms) - 1n) * 10_000n < exact).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('rounds a number up', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: maxDurationMs, noNaN: true }), (duration) => {
        const ms = toMilliseconds(duration, 'delay')
        expect(Number.isInteger(ms)).toBe(true)
        expect(ms >= duration && ms - 1 < duration).toBe(true)
      }),
    )
  })
})

describe('rejects an invalid duration and names the option', () => {
  test.each<[duration: unknown, problem: string]>([
    ['soon', "is not a duration: `'soon'`"],
    ['', "is not a duration: `''`"],
    [' 5s', 'is not a duration'],
    ['5s ', 'is not a duration'],
    ['5 s', 'is not a duration'],
    ['5', 'is not a duration'],
    ['5min', 'is not a duration'],
    ['1h30m', 'is not a duration'],
    ['5.s', 'is not a duration'],
    ['1e3s', 'is not a duration'],
    ['-5s', 'is not a duration'],
    ['1,5s', 'is not a duration'],
    ['٥s', 'is not a duration'],
    ['5s\n', 'is not a duration'],
    ['Infinitys', 'is not a duration'],
    [Number.NaN, 'is not a duration: `NaN`'],
    [undefined, 'is not a duration: `undefined`'],
    [null, 'is not a duration: `null`'],
    [5n, 'is not a duration'],
    [{}, 'is not a duration'],
    [-1, 'is negative: `-1`'],
    [-0.001, 'is negative'],
    [Number.NEGATIVE_INFINITY, 'is negative'],
    [maxDurationMs + 1, 'is over ten years'],
    [1e21, 'is over ten years: `1e+21`'],
    [Number.POSITIVE_INFINITY, 'is over ten years: `Infinity`'],
    ['3651d', "is over ten years: `'3651d'`"],
    ['999999999999999999999999w', 'is over ten years'],
    [`${'9'.repeat(400)}ms`, 'is over ten years'],
  ])('%o', (duration, problem) => {
    expect(() => toMilliseconds(duration as Duration, 'retry.initialDelay')).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: 'retry.initialDelay',
        message: expect.stringMatching(
          /^`retry\.initialDelay` is .*\. Pass milliseconds .* one unit \(ms, s, m, h, d, w\).*\.$/s,
        ),
      }),
    )
    expect(() => toMilliseconds(duration as Duration, 'delay')).toThrow(problem)
  })

  test('converts or rejects any string', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let ms: unknown
        try {
          ms = toMilliseconds(text as Duration, 'delay')
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_option' })
          return
        }
        expect(text).toMatch(/^\d+(\.\d+)?(ms|[smhdw])$/)
        expect(Number.isSafeInteger(ms)).toBe(true)
      }),
    )
  })
})
