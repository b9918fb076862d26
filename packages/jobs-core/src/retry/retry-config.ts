import { invalidOption } from '../options/check-option-names.ts'
import { declareOptions } from '../options/declare-options.ts'
import { integer, duration, number, oneOf } from '../options/kinds.ts'
import type { CreateOptionError } from '../options/option.ts'
import type { Duration } from '../time/duration.ts'

/** How the delay grows from one attempt to the next. */
export type Backoff = 'fixed' | 'linear' | 'exponential'

/** When and how often a failed attempt is tried again. */
export interface RetryConfig {
  /** All attempts, the first included: 1 means no retry. 1 to 1,000, default 3. */
  maxAttempts?: number | undefined
  /** Default `exponential`. */
  backoff?: Backoff | undefined
  /** Delay after the first failed attempt: milliseconds or `'5s'`. Default 1,000 ms. */
  initialDelay?: number | Duration | undefined
  /** No delay is longer. Default 60,000 ms, or `initialDelay` where that is longer. */
  maxDelay?: number | Duration | undefined
  /** What `exponential` multiplies by. Default 2. */
  factor?: number | undefined
  /** Shortens each delay by a random part of up to this fraction, 0 to 1, so that jobs that failed together spread out. Default 0. */
  jitter?: number | undefined
}

/** A checked `RetryConfig`, delays in milliseconds. */
export interface RetryPolicy {
  /** The first one counts. */
  readonly maxAttempts: number
  /** How the delays grow. */
  readonly backoff: Backoff
  /** Between the first attempt and the second. */
  readonly initialDelayMs: number
  /** No delay is longer. */
  readonly maxDelayMs: number
  /** By how much each delay of `exponential` is longer than the one before. */
  readonly factor: number
  /** From 0 to 1: by which part a delay may be shortened at random. */
  readonly jitter: number
}

/** The most attempts that a definition or a send may ask for. */
export const maxAttemptsCeiling = 1000

const retryOptions = declareOptions<RetryConfig>('`retry`', {
  maxAttempts: integer({ max: maxAttemptsCeiling }),
  backoff: oneOf(['fixed', 'linear', 'exponential']),
  initialDelay: duration(),
  maxDelay: duration(),
  factor: number({ min: 1, remedy: 'Give a number of 1 or more.' }),
  jitter: number({ min: 0, max: 1, remedy: 'Give a fraction from 0 to 1.' }),
})

/** Checks a `RetryConfig`, and fills in the defaults. @throws an error of `fault`, as `DeclaredOptions.read` does. */
export function toRetryPolicy(config: unknown, createError: CreateOptionError = invalidOption): RetryPolicy {
  const read = retryOptions.read(config, createError)
  const { maxAttempts = 3, backoff = 'exponential', factor = 2, jitter = 0, initialDelayMs = 1000 } = read
  const { maxDelayMs = Math.max(60_000, initialDelayMs) } = read
  if (maxDelayMs < initialDelayMs) {
    const problem = `is shorter than \`initialDelay\` (${maxDelayMs} ms < ${initialDelayMs} ms)`
    throw createError('maxDelay', problem, 'Swap or raise it.')
  }
  return { maxAttempts, backoff, initialDelayMs, maxDelayMs, factor, jitter }
}

/** True for a number of attempts that can be asked for. */
export function isAttemptCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxAttemptsCeiling
}
