import { createThrottles } from '@cgk-platform/inngest-loopback'
import type { ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { payloadKeyExpression } from './payload-key-expression.ts'
import { possibleBursts, throttleOption } from './throttle-option.ts'

const throttle = (limit: number, periodMs: number, burst?: number): ThrottleLimits => ({
  limit,
  periodMs,
  ...(burst !== undefined && { burst }),
})

test('has a burst that Inngest adds to the limit', () => {
  expect(throttleOption(throttle(1, 1000))).toEqual({ limit: 1, period: '1s', burst: 0 })
  expect(throttleOption(throttle(10, 60_000, 3))).toEqual({ limit: 1, period: '6s', burst: 2 })
  expect(throttleOption(throttle(10, 1000, 10))).toEqual({ limit: 10, period: '1s', burst: 0 })
  expect(throttleOption(throttle(10, 1000, 25))).toEqual({ limit: 10, period: '1s', burst: 15 })
  expect(throttleOption(throttle(1, 7 * 86_400_000))).toEqual({ limit: 1, period: '604800s', burst: 0 })
})

test('is possible with some bursts only', () => {
  const cases = [throttle(1, 1000), throttle(10, 1000), throttle(10, 60_000), throttle(100, 60_000), throttle(1, 1500)]
  expect(cases.map(possibleBursts)).toEqual([
    { exact: 1, from: 3 },
    { exact: 10, from: 21 },
    { exact: 1, from: 2 },
    { from: 5 },
    { from: 3 },
  ])
})

const limits = fc.integer({ min: 1, max: 100 })
const periods = fc.integer({ min: 1000, max: 120_000 })
const anyLimit = fc.oneof(limits, fc.integer({ min: 1, max: 1_000_000 }))
const anyPeriod = fc.oneof(periods, fc.integer({ min: 1000, max: 604_800_000 }))

test('has the same rate and burst, in whole seconds', () => {
  fc.assert(
    fc.property(anyLimit, anyPeriod, fc.nat(50), (limit, periodMs, more) => {
      const burst = possibleBursts(throttle(limit, periodMs)).from + more
      const option = throttleOption(throttle(limit, periodMs, burst))
      expect(option.period).toMatch(/^[1-9]\d*s$/)
      expect(BigInt(option.period.slice(0, -1)) * 1000n * BigInt(limit)).toBe(BigInt(option.limit) * BigInt(periodMs))
      expect(option.limit + option.burst!).toBe(burst)
    }),
    { examples: [[449_735, 179_465_623, 0]] },
  )
})

/** Returns the number of runs that Inngest starts if many wait, and it looks at them every second for a while. */
function startsWithin(seconds: number, throttled: ThrottleLimits): number {
  const option = throttleOption(throttled)
  let now = 0
  let starts = 0
  const engine = createThrottles(() => now)
  for (let second = 0; second <= seconds; second++) {
    now = Math.max(now, second * 1000 + ((second * 7) % 40)) // it takes a while until it looks, and for each start
    for (; engine.admits('key', option, `${starts}`) && starts < 10_000; now += 1)
      engine.count('key', option, `${starts++}`)
  }
  return starts
}

test('keeps the rate with a possible burst, and can double it with others', () => {
  fc.assert(
    fc.property(limits, periods, fc.nat(20), fc.boolean(), (limit, periodMs, more, isExact) => {
      const { exact, from } = possibleBursts(throttle(limit, periodMs))
      const burst = isExact && exact !== undefined ? exact : from + more
      const perSecond = (limit / periodMs) * 1000
      fc.pre(perSecond < 20)
      expect(startsWithin(100, throttle(limit, periodMs, burst))).toBeLessThanOrEqual(burst + 105 * perSecond + 1)
    }),
  )
  expect(startsWithin(100, throttle(2, 1000, 4))).toBeGreaterThan(300)
})

test('has the key of its definition', () => {
  expect(throttleOption({ ...throttle(1, 1000), key: 'storeId' }).key).toBe(payloadKeyExpression('storeId'))
  expect(throttleOption({ ...throttle(1, 1000), key: 'tenantId' }).key).toBe('event.data.tenantId')
})
