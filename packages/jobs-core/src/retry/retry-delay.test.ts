import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

import { maxDurationMs } from '../options/duration.ts'
import { type Backoff, type RetryPolicy, toRetryPolicy } from './retry-config.ts'
import { retryDelayMs } from './retry-delay.ts'

const backoff = fc.constantFrom<'fixed' | 'linear' | 'exponential'>('fixed', 'linear', 'exponential')
const delay = fc.oneof(fc.constant(0), fc.nat(5000), fc.nat(maxDurationMs))
const policy: fc.Arbitrary<RetryPolicy> = fc
  .record({
    backoff,
    delays: fc.tuple(delay, delay).map((pair) => pair.toSorted((a, b) => a - b)),
    factor: fc.oneof(fc.constantFrom(1, 2, 1.5, Number.MAX_VALUE), fc.double({ min: 1, max: 1000, noNaN: true })),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ backoff: curve, delays, factor, jitter }) => {
    const [initialDelay, maxDelay] = delays as [number, number]
    return toRetryPolicy({ backoff: curve, initialDelay, maxDelay, factor, jitter })
  })
const attempt = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 1000 }))
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const never = (): number => {
  throw new Error('The random function was called without jitter.')
}

describe('the delay after each failed attempt', () => {
  test.each<[curve: Backoff, delays: number[]]>([
    ['fixed', [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]],
    ['linear', [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]],
    ['exponential', [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]],
  ])('with %s backoff and the default delays: %j', (curve, delays) => {
    const one = toRetryPolicy({ backoff: curve })
    expect(delays.map((_, index) => retryDelayMs(one, index + 1, never))).toEqual(delays)
  })

  test('without jitter follows the formula, up to the maximum', () => {
    fc.assert(
      fc.property(policy, attempt, (jittered, n) => {
        const one = { ...jittered, jitter: 0 }
        const uncapped = { fixed: 1, linear: n, exponential: one.factor ** (n - 1) }[one.backoff as 'fixed']
        const expected = one.initialDelayMs === 0 ? 0 : Math.min(one.initialDelayMs * uncapped, one.maxDelayMs)
        expect(retryDelayMs(one, n, never)).toBe(Math.ceil(expected))
      }),
    )
  })

  test('is a whole number from 0 to the maximum for every policy', () => {
    fc.assert(
      fc.property(policy, attempt, random, (one, n, r) => {
        const delayMs = retryDelayMs(one, n, () => r)
        expect(Number.isSafeInteger(delayMs)).toBe(true)
        expect(delayMs >= 0 && delayMs <= one.maxDelayMs).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('never shrinks from one attempt to the next', () => {
    fc.assert(
      fc.property(policy, attempt, random, (one, n, r) => {
        expect(retryDelayMs(one, n + 1, () => r)).toBeGreaterThanOrEqual(retryDelayMs(one, n, () => r))
      }),
    )
  })

  test('is shortened by jitter by at most its fraction', () => {
    fc.assert(
      fc.property(policy, attempt, random, (one, n, r) => {
        const full = retryDelayMs({ ...one, jitter: 0 }, n, never)
        const jittered = retryDelayMs(one, n, () => r)
        expect(jittered).toBeLessThanOrEqual(full)
        expect(jittered).toBeGreaterThanOrEqual(Math.floor(full * (1 - one.jitter)) - 1)
      }),
    )
  })

  test('spreads over the whole range of the jitter', () => {
    const one = toRetryPolicy({ backoff: 'fixed', initialDelay: 1000, jitter: 0.5 })
    expect([0, 0.5, 0.999].map((r) => retryDelayMs(one, 1, () => r))).toEqual([1000, 750, 501])
  })
})

describe('a `backoff` function', () => {
  const own = (delayOf: unknown) => toRetryPolicy({ backoff: delayOf as Backoff })

  test.each<[returned: number | string, delayMs: number]>([
    [0, 0],
    [1500, 1500],
    [0.2, 1],
    ['1.5s', 1500],
    [maxDurationMs, maxDurationMs],
  ])('that returns %j: %i ms', (returned, delayMs) => {
    expect(
      retryDelayMs(
        own(() => returned),
        1,
        never,
      ),
    ).toBe(delayMs)
  })

  test('gets the failed attempt and its error', () => {
    const delayOf = vi.fn<() => number>(() => 5)
    const error = new Error('busy')
    retryDelayMs(own(delayOf), 7, never, error)
    retryDelayMs(own(delayOf), 8, never, 'a string')
    retryDelayMs(own(delayOf), 9, never)
    expect(delayOf.mock.calls).toEqual([
      [7, error],
      [8, expect.objectContaining({ name: 'NonError' })],
      [9, expect.any(Error)],
    ])
  })

  test.each([
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    'soon',
    {},
    Promise.resolve(5),
    maxDurationMs + 1,
  ])('must return a delay, not %o', (returned) => {
    expect(() =>
      retryDelayMs(
        own(() => returned),
        1,
        never,
      ),
    ).toThrow(
      expect.objectContaining({
        option: 'retry.backoff',
        message: expect.stringMatching(
          /^`retry\.backoff` returned a value that is .*\. Return the delay: milliseconds/,
        ),
      }),
    )
  })

  test('that throws is reported with its message', () => {
    const throwing = (): never => {
      throw new Error('oops')
    }
    expect(() => retryDelayMs(own(throwing), 1, never)).toThrow(
      '`retry.backoff` threw an error: oops. Return the delay',
    )
  })
})
