import type { ThrottleLimits } from '@cgk-platform/jobs-core/provider'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { payloadKeyExpression } from './payload-key-expression.ts'
import { leastBurst, throttleOption } from './throttle-option.ts'

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

test('needs a burst of as many runs as start in whole seconds', () => {
  const cases = [throttle(1, 1000), throttle(10, 1000), throttle(100, 60_000), throttle(1, 1500), throttle(7, 2000)]
  expect(cases.map(leastBurst)).toEqual([1, 10, 5, 2, 7])
})

test('has the same rate and burst, in whole seconds', () => {
  const limits = fc.integer({ min: 1, max: 10_000 })
  const periods = fc.integer({ min: 1000, max: 7 * 86_400_000 })
  fc.assert(
    fc.property(limits, periods, fc.nat(50), (limit, periodMs, more) => {
      const burst = leastBurst(throttle(limit, periodMs)) + more
      const option = throttleOption(throttle(limit, periodMs, burst))
      const seconds = Number(option.period.slice(0, -1))
      expect([Number.isInteger(seconds), seconds >= 1]).toEqual([true, true])
      expect(seconds * 1000 * limit).toBe(option.limit * periodMs)
      expect(option.limit + option.burst!).toBe(burst)
    }),
  )
})

test('has the key of its definition', () => {
  expect(throttleOption({ ...throttle(1, 1000), key: 'storeId' }).key).toBe(payloadKeyExpression('storeId'))
  expect(throttleOption({ ...throttle(1, 1000), key: 'tenantId' }).key).toBe('event.data.tenantId')
})
