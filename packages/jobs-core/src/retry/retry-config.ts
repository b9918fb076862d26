import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { type Duration, durationRemedy, toMilliseconds } from '../time/duration.ts'

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

const optionNames = ['maxAttempts', 'backoff', 'initialDelay', 'maxDelay', 'factor', 'jitter']

/** @throws {InvalidDefinitionError} naming the field, for example `retry.maxAttempts`. */
export function toRetryPolicy(config: RetryConfig | undefined, what: string): RetryPolicy {
  const fail = (field: string, problem: string, remedy: string): never => {
    throw new InvalidDefinitionError({ what, field: `retry.${field}`, problem, remedy })
  }
  checkOptions(config, what, fail)
  const { maxAttempts = 3, backoff = 'exponential', factor = 2, jitter = 0 } = config ?? {}
  if (!isAttemptCount(maxAttempts)) {
    fail('maxAttempts', `is \`${String(maxAttempts)}\``, `Give a whole number from 1 to ${maxAttemptsCeiling}.`)
  }
  if (!['fixed', 'linear', 'exponential'].includes(backoff)) {
    fail('backoff', `is \`${String(backoff)}\``, "Use 'fixed', 'linear' or 'exponential'.")
  }
  if (!(Number.isFinite(factor) && factor >= 1))
    fail('factor', `is \`${String(factor)}\``, 'Give a number of 1 or more.')
  if (!(Number.isFinite(jitter) && jitter >= 0 && jitter <= 1))
    fail('jitter', `is \`${String(jitter)}\``, 'Give a fraction from 0 to 1.')
  const initialDelayMs = delayOf(config?.initialDelay ?? 1000, 'initialDelay', fail)
  const maxDelayMs = delayOf(config?.maxDelay ?? Math.max(60_000, initialDelayMs), 'maxDelay', fail)
  if (maxDelayMs < initialDelayMs) {
    fail('maxDelay', `is shorter than \`initialDelay\` (${maxDelayMs} ms < ${initialDelayMs} ms)`, 'Swap or raise it.')
  }
  return { maxAttempts, backoff, initialDelayMs, maxDelayMs, factor, jitter }
}

function checkOptions(config: unknown, what: string, fail: (...words: [string, string, string]) => never): void {
  if (config === undefined) return
  if (typeof config !== 'object' || config === null) {
    const remedy = 'Give an object such as `{ maxAttempts: 5 }`.'
    throw new InvalidDefinitionError({ what, field: 'retry', problem: 'is not an object', remedy })
  }
  for (const field of Object.keys(config)) {
    if (optionNames.includes(field)) continue
    fail(field, 'is not an option', `The options are ${optionNames.map((name) => `\`${name}\``).join(', ')}.`)
  }
}

/** True for a number of attempts that can be asked for. */
export function isAttemptCount(count: unknown): count is number {
  return Number.isInteger(count) && (count as number) >= 1 && (count as number) <= maxAttemptsCeiling
}

function delayOf(delay: number | Duration, field: string, fail: (...words: [string, string, string]) => never): number {
  try {
    return toMilliseconds(delay, field)
  } catch (error) {
    if (!InvalidOptionError.isInstance(error)) throw error
    return fail(field, `is \`${String(delay)}\``, durationRemedy)
  }
}
