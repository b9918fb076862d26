import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { quote } from '../errors/quote.ts'

/** A duration as a string: a number and a unit, such as `'500ms'`, `'30s'`, `'5m'`, `'1.5h'`, `'7d'` or `'2w'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The remedy for an invalid duration. */
export const durationRemedy =
  "Pass milliseconds as a number, or a number with one unit (ms, s, m, h, d, w): `'30s'`, `'90m'`, `'1.5h'`, `'7d'`."

/** The maximum of any duration: ten years of 365 days, in milliseconds. */
export const maxDurationMs: number = 10 * 365 * 86_400_000

/**
 * Returns a duration in whole milliseconds. Fractions are rounded up so that nothing happens early.
 *
 * @param createError - creates the error for a problem; the problem follows the option's name
 * @throws the error if the duration is negative, not finite, over ten years, or not a duration.
 */
export function readDuration(duration: unknown, createError: (problem: string) => Error): number {
  const ms = typeof duration === 'number' ? duration : parseDuration(duration)
  if (ms === undefined || Number.isNaN(ms)) throw createError(`is not a duration: ${describe(duration)}`)
  if (ms < 0) throw createError(`is negative: ${describe(duration)}`)
  if (ms > maxDurationMs) throw createError(`is over ten years: ${describe(duration)}`)
  return Math.ceil(ms)
}

/** Returns a duration in whole milliseconds, rounded up. @throws {InvalidOptionError} naming it `option`. */
export function toMilliseconds(duration: number | Duration, option: string): number {
  return readDuration(duration, (problem) => new InvalidOptionError({ option, problem, remedy: durationRemedy }))
}

function parseDuration(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) : null
  if (!match) return undefined
  // Rounded to 15 exact digits first: 1.1 * 60000 is 66000.00000000001 in floating point.
  return Number((Number(match[1]) * unitMs[match[2]!]!).toPrecision(15))
}

function describe(value: unknown): string {
  return quote(typeof value === 'string' ? `'${value}'` : value)
}
