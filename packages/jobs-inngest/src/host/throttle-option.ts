import type { ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'
import type { InngestFunction } from 'inngest'

import { payloadKeyExpression } from './payload-key-expression.ts'

/**
 * Converts a throttle to Inngest's option. Inngest starts `limit + burst` runs at once, and its periods are whole
 * seconds: 10 runs a minute with `burst: 3` become `{ limit: 1, period: '6s', burst: 2 }`.
 */
export function throttleOption(throttle: ThrottleLimits): NonNullable<InngestFunction.Options['throttle']> {
  const { burst = 1, key } = throttle
  const { starts, seconds } = inSeconds(throttle)
  return {
    limit: starts,
    period: `${seconds}s`,
    burst: burst - starts,
    ...(key !== undefined && { key: payloadKeyExpression(key) }),
  }
}

/**
 * Returns the values of `burst` with which Inngest honors a throttle: `exact`, if there is such a value, and `from` or
 * more. A burst takes whole seconds. After whole seconds without a start, rounded down, Inngest forgets the starts. It
 * looks at waiting runs every second, so a burst of more than one and at most two seconds would be forgotten each time.
 */
export function possibleBursts(throttle: ThrottleLimits): { readonly exact?: number; readonly from: number } {
  const { limit, periodMs } = throttle
  const { starts: least } = inSeconds(throttle)
  const intervalSeconds = periodMs / limit / 1000
  const forgotten = Math.floor(((Math.ceil(intervalSeconds) + 1) * 1000 * limit) / periodMs)
  const isExact = least === 1 || least * periodMs === limit * 1000
  return { ...(isExact && { exact: least }), from: Math.max(least, forgotten + 1) }
}

/** Describes the possible values of `burst` if Inngest cannot honor that of a throttle, otherwise `undefined`. */
export function otherBursts(throttle: ThrottleLimits): string | undefined {
  const { exact, from } = possibleBursts(throttle)
  const { burst = 1 } = throttle
  if (burst === exact || burst >= from) return undefined
  return exact === undefined ? `${from} or more` : `${exact}, or to ${from} or more`
}

/** Returns the fewest starts that take whole seconds, and these seconds. */
function inSeconds({ limit, periodMs }: ThrottleLimits): { readonly starts: number; readonly seconds: number } {
  const divisor = greatestCommonDivisor(periodMs, limit * 1000)
  return { starts: (limit * 1000) / divisor, seconds: periodMs / divisor }
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
