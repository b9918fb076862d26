import type { RetryPolicy } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { triggerLimits } from './host-dependencies.ts'
import { requeueAttemptsLimit, limitsForAttempt } from './requeue-limits.ts'

const policy = (maxAttempts: number, more: Partial<RetryPolicy> = {}): RetryPolicy => ({
  maxAttempts,
  backoff: 'exponential',
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0,
  ...more,
})

describe('the attempts of a policy', () => {
  test('are as many as it says while its delays are short', () => {
    expect(requeueAttemptsLimit(policy(249, { maxDelayMs: 29_999 }))).toBeUndefined()
  })

  test('are twelve where each delay sends the run back into its queue', () => {
    const slow = { backoff: 'fixed', initialDelayMs: 30_000 } as const
    expect([12, 13, 100].map((many) => requeueAttemptsLimit(policy(many, slow)))).toEqual([undefined, 12, 12])
  })

  test('may be more where the first delays are short', () => {
    // 1, 2, 4, 8 and 16 seconds are waited for in place.
    expect([17, 18].map((many) => requeueAttemptsLimit(policy(many)))).toEqual([undefined, 17])
  })

  test('are counted by the longest delay that jitter leaves', () => {
    const jittered = { backoff: 'fixed', initialDelayMs: 30_000, jitter: 1 } as const
    expect(requeueAttemptsLimit(policy(13, jittered))).toBe(12)
  })
})

describe('an attempt', () => {
  test('may ask for any delay while its run can go back into its queue', () => {
    expect(limitsForAttempt(1, {})).toBe(triggerLimits)
    expect(limitsForAttempt(11, {})).toBe(triggerLimits)
    expect(limitsForAttempt(200, { inPlace: 190 })).toBe(triggerLimits)
  })

  test('has only short ones left when it has gone there as often as can be, its process having died included', () => {
    expect(limitsForAttempt(12, {}).maxRetryDelayMs).toBe(29_999)
    expect(limitsForAttempt(17, { inPlace: 5 })).toMatchObject({
      maxRetryDelayMs: 29_999,
      maxRetryDelayNote: expect.stringContaining(
        '11 times: allow 12 attempts or fewer, or keep their delays below 30 s',
      ),
    })
  })
})
