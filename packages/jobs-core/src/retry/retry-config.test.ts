import { describe, expect, test } from 'vitest'

import { maxDurationMs } from '../options/duration.ts'
import { type RetryConfig, toRetryPolicy } from './retry-config.ts'

describe('a retry policy', () => {
  test.each([
    undefined,
    {},
    { maxAttempts: undefined, backoff: undefined, initialDelay: undefined, jitter: undefined },
  ])('from %j is the default: 3 attempts, exponential from 1 s to 60 s', (config) => {
    expect(toRetryPolicy(config)).toEqual({
      maxAttempts: 3,
      backoff: 'exponential',
      initialDelayMs: 1000,
      maxDelayMs: 60_000,
      factor: 2,
      jitter: 0,
    })
  })

  test('uses every field', () => {
    const config: RetryConfig = {
      maxAttempts: 1000,
      backoff: 'linear',
      initialDelay: '1.5s',
      maxDelay: '2m',
      factor: 1,
      jitter: 1,
    }
    expect(toRetryPolicy(config)).toEqual({
      maxAttempts: 1000,
      backoff: 'linear',
      initialDelayMs: 1500,
      maxDelayMs: 120_000,
      factor: 1,
      jitter: 1,
    })
  })

  test('keeps a `backoff` function', () => {
    const backoff = () => 5
    expect(toRetryPolicy({ maxAttempts: 9, backoff })).toMatchObject({ maxAttempts: 9, backoff })
  })

  test('can have no delay', () => {
    expect(toRetryPolicy({ initialDelay: 0, maxDelay: 0 })).toMatchObject({ initialDelayMs: 0, maxDelayMs: 0 })
  })

  test('raises the default maximum to a longer initial delay', () => {
    expect(toRetryPolicy({ initialDelay: '5m' })).toMatchObject({
      initialDelayMs: 300_000,
      maxDelayMs: 300_000,
    })
  })
})

describe('an invalid value is rejected with its field', () => {
  const bad: Record<keyof RetryConfig, readonly unknown[]> = {
    maxAttempts: [0, -1, 1.5, 1001, Number.NaN, Number.POSITIVE_INFINITY, '3', null, true],
    backoff: ['Exponential', 'none', '', 2, null],
    initialDelay: [-1, 'soon', Number.NaN, '5 s', maxDurationMs + 1, true, {}],
    maxDelay: [-1, 'later', Number.POSITIVE_INFINITY, '3651d', 999, '0.5s'],
    factor: [0.99, 0, -2, Number.NaN, Number.POSITIVE_INFINITY, '2', null],
    jitter: [-0.1, 1.1, Number.NaN, '0.5', true, null, []],
  }
  const cases = Object.entries(bad).flatMap(([field, values]) => values.map((value) => [field, value] as const))

  test.each(cases)('%s: %j', (field, value) => {
    expect(() => toRetryPolicy({ [field]: value } as RetryConfig)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: field,
        message: expect.stringMatching(new RegExp(`^\`${field}\` is .*\\. [A-Z].*\\.$`)),
      }),
    )
  })

  test.each(['initialDelay', 'maxDelay', 'factor', 'jitter'] as const)(
    'and `%s` with a `backoff` function',
    (option) => {
      expect(() => toRetryPolicy({ backoff: () => 5, [option]: 1 })).toThrow(
        `\`${option}\` cannot be combined with a \`backoff\` function. Return the whole delay from the function.`,
      )
    },
  )

  test('and an unknown option, with the list of options', () => {
    expect(() => toRetryPolicy({ maxAttemps: 5 } as RetryConfig)).toThrow(
      '`maxAttemps` is not an option of `retry`. The options are `maxAttempts`, `backoff`, `initialDelay`, `maxDelay`, `factor`, `jitter`.',
    )
  })

  test.each([null, 5, 'exponential', true])('and %j as the configuration', (config) => {
    expect(() => toRetryPolicy(config as never)).toThrow(
      expect.objectContaining({ option: 'options', message: expect.stringContaining(', not an object. ') }),
    )
  })

  test('and a maximum below the initial delay, with both delays', () => {
    expect(() => toRetryPolicy({ initialDelay: '2s', maxDelay: '1s' })).toThrow(/1000 ms < 2000 ms/)
  })
})
