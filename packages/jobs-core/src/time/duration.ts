import { InvalidOptionError } from '../errors/invalid-option-error.ts'

/** A duration in words: a number and its unit, such as `'500ms'`, `'30s'`, `'5m'`, `'1.5h'`, `'7d'` or `'2w'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** What to do about a duration that cannot be used. */
export const durationRemedy =
  "Give milliseconds as a number, or a number with one unit (ms, s, m, h, d, w): `'30s'`, `'90m'`, `'1.5h'`, `'7d'`."

/** The longest duration that is taken anywhere: ten years of 365 days. */
export const maxDurationMs: number = 10 * 365 * 86_400_000

/**
 * Returns a duration as whole milliseconds, fractions rounded up so that nothing happens early.
 *
 * @param fault - makes the error for a problem in words that follow the option's name
 * @throws the error when it is negative, not finite, over ten years, or not a duration at all.
 */
export function readDuration(duration: unknown, fault: (problem: string) => Error): number {
  const ms = typeof duration === 'number' ? duration : parseDuration(duration)
  if (ms === undefined || Number.isNaN(ms)) throw fault(`is not a duration: ${describe(duration)}`)
  if (ms < 0) throw fault(`is negative: ${describe(duration)}`)
  if (ms > maxDurationMs) throw fault(`is over ten years: ${describe(duration)}`)
  return Math.ceil(ms)
}

/** The same for a duration that is no declared option. @throws {InvalidOptionError} naming it `option`. */
export function toMilliseconds(duration: number | Duration, option: string): number {
  return readDuration(duration, (problem) => new InvalidOptionError({ option, problem, remedy: durationRemedy }))
}

function parseDuration(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text) : null
  if (!match) return undefined
  // Rounded to 15 digits first, which are exact: 1.1 * 60000 is 66000.00000000001 in floating point.
  return Number((Number(match[1]) * unitMs[match[2]!]!).toPrecision(15))
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `\`'${value}'\`` : `\`${String(value)}\``
}
