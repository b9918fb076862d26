import type { ThrottleLimits } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import { payloadKeyExpression } from './payload-key-expression.ts'

/**
 * Converts a throttle to Inngest's option. Inngest starts `limit + burst` runs at once, and its periods are whole
 * seconds: 10 runs a minute with `burst: 3` become `{ limit: 1, period: '6s', burst: 2 }`.
 */
export function throttleOption(throttle: ThrottleLimits): NonNullable<InngestFunction.Options['throttle']> {
  const { limit, periodMs, burst = 1, key } = throttle
  const least = leastBurst(throttle)
  return {
    limit: least,
    period: `${(least * periodMs) / limit / 1000}s`,
    burst: burst - least,
    ...(key !== undefined && { key: payloadKeyExpression(key) }),
  }
}

/** Returns the lowest `burst` with which Inngest can honor a throttle: the fewest starts that take whole seconds. */
export function leastBurst({ limit, periodMs }: ThrottleLimits): number {
  return (limit * 1000) / greatestCommonDivisor(periodMs, limit * 1000)
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
