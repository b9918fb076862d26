import type { RetryPolicy } from '@cgk-platform/jobs-core/hosted'
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

describe('requeueAttemptsLimit', () => {
  test('sets no limit for a policy with short delays', () => {
    expect(requeueAttemptsLimit(policy(249, { maxDelayMs: 29_999 }))).toBeUndefined()
  })

  test('allows twelve attempts if each delay returns the run to its queue', () => {
    const slow = { backoff: 'fixed', initialDelayMs: 30_000 } as const
    expect([12, 13, 100].map((attempts) => requeueAttemptsLimit(policy(attempts, slow)))).toEqual([undefined, 12, 12])
  })

  test('allows more attempts if the first delays are short', () => {
    // Delays of 1, 2, 4, 8 and 16 seconds pass in the run's process.
    expect([17, 18].map((attempts) => requeueAttemptsLimit(policy(attempts)))).toEqual([undefined, 17])
  })

  test('counts delays without jitter, which only shortens them', () => {
    const jittered = { backoff: 'fixed', initialDelayMs: 30_000, jitter: 1 } as const
    expect(requeueAttemptsLimit(policy(13, jittered))).toBe(12)
  })
})

describe('limitsForAttempt', () => {
  test('allows any delay while the run can return to its queue', () => {
    expect(limitsForAttempt(1, {})).toBe(triggerLimits)
    expect(limitsForAttempt(11, {})).toBe(triggerLimits)
    expect(limitsForAttempt(200, { inPlace: 190 })).toBe(triggerLimits)
  })

  test('allows only short delays after eleven returns to the queue, including those after a crash', () => {
    expect(limitsForAttempt(12, {}).maxRetryDelayMs).toBe(29_999)
    expect(limitsForAttempt(17, { inPlace: 5 })).toMatchObject({
      maxRetryDelayMs: 29_999,
      maxRetryDelayNote: expect.stringContaining('Allow at most 12 attempts, or keep the delays below 30 s.'),
    })
  })
})
