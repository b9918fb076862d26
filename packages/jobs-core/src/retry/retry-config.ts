import { invalidOption } from '../options/check-option-names.ts'
import { declareOptions } from '../options/declare-options.ts'
import { custom, integer, duration, number, oneOf } from '../options/kinds.ts'
import type { CreateOptionError, Option } from '../options/option.ts'
import type { Duration } from '../options/duration.ts'

/** The growth of the delay between attempts, or a function that returns the delay after a failed attempt. */
export type Backoff = 'fixed' | 'linear' | 'exponential' | ((attempt: number, error: Error) => number | Duration)

/** The retries of failed attempts. */
export interface RetryConfig {
  /** The maximum number of attempts, including the first: 1 means no retry. 1 to 1,000. Default: 3. */
  maxAttempts?: number | undefined
  /**
   * The growth of the delay. Default: `exponential`. A function gets the failed attempt, counted from 1, and its error,
   * and returns the delay: milliseconds or `'5s'`. It excludes the options below.
   */
  backoff?: Backoff | undefined
  /** The delay after the first failed attempt: milliseconds or `'5s'`. Default: 1,000 ms. */
  initialDelay?: number | Duration | undefined
  /** The maximum delay: milliseconds or `'5m'`. Default: 60,000 ms, or `initialDelay` if that is longer. */
  maxDelay?: number | Duration | undefined
  /** The factor of `exponential` backoff. Default: 2. */
  factor?: number | undefined
  /** The maximum fraction, 0 to 1, by which each delay is randomly shortened. It spreads out retries. Default: 0. */
  jitter?: number | undefined
}

/** A checked `RetryConfig`, delays in milliseconds. If `backoff` is a function, it ignores the fields after it. */
export interface RetryPolicy {
  /** The maximum number of attempts, including the first. */
  readonly maxAttempts: number
  /** The growth of the delay. */
  readonly backoff: Backoff
  /** The delay after the first failed attempt. */
  readonly initialDelayMs: number
  /** The maximum delay. */
  readonly maxDelayMs: number
  /** The factor of `exponential` backoff. */
  readonly factor: number
  /** The maximum fraction, 0 to 1, by which a delay is randomly shortened. */
  readonly jitter: number
}

/** The maximum of `maxAttempts` in a definition or a send. */
export const maxAttemptsCeiling = 1000

const curve = oneOf(['fixed', 'linear', 'exponential'])

const backoffOption: Option<Backoff, Backoff> = custom((given, name, createError) =>
  typeof given === 'function' ? given : curve.read(given, name, createError),
)

const retryOptions = declareOptions<RetryConfig>('`retry`', {
  maxAttempts: integer({ max: maxAttemptsCeiling }),
  backoff: backoffOption,
  initialDelay: duration(),
  maxDelay: duration(),
  factor: number({ min: 1, remedy: 'Pass a number of 1 or more.' }),
  jitter: number({ min: 0, max: 1, remedy: 'Pass a number from 0 to 1.' }),
})

/** Checks a `RetryConfig` and adds the defaults. @throws the error that `createError` creates. */
export function toRetryPolicy(config: unknown, createError: CreateOptionError = invalidOption): RetryPolicy {
  const checked = retryOptions.read(config, createError)
  if (typeof checked.backoff === 'function') checkNoCurve(checked, createError)
  const { maxAttempts = 3, backoff = 'exponential', factor = 2, jitter = 0, initialDelayMs = 1000 } = checked
  const { maxDelayMs = Math.max(60_000, initialDelayMs) } = checked
  if (maxDelayMs < initialDelayMs) {
    const problem = `is shorter than \`initialDelay\` (${maxDelayMs} ms < ${initialDelayMs} ms)`
    throw createError('maxDelay', problem, 'Raise it, or lower `initialDelay`.')
  }
  return { maxAttempts, backoff, initialDelayMs, maxDelayMs, factor, jitter }
}

/** The options of a curve, with the names of their checked values. */
const curveOptions = {
  initialDelay: 'initialDelayMs',
  maxDelay: 'maxDelayMs',
  factor: 'factor',
  jitter: 'jitter',
} as const

function checkNoCurve(checked: Partial<RetryPolicy>, createError: CreateOptionError): void {
  for (const [option, name] of Object.entries(curveOptions) as [string, keyof RetryPolicy][]) {
    if (checked[name] === undefined) continue
    throw createError(
      option,
      'cannot be combined with a `backoff` function',
      'Return the whole delay from the function.',
    )
  }
}

/** Returns true for a valid `maxAttempts`. */
export function isAttemptCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxAttemptsCeiling
}
