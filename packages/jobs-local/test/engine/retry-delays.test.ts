import { defineJob, type RetryConfig } from '@cgk-platform/jobs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createTestEngine, type TestEngineOptions } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import '../kit/work.ts'

/** Returns the milliseconds between the attempts of a job that always fails. */
async function delaysOf(retry: RetryConfig, options: Partial<TestEngineOptions> = {}): Promise<number[]> {
  const job = defineJob({ id: 'fails', event: 'work.requested', retry, handler: failUntil(Number.POSITIVE_INFINITY) })
  const engine = createTestEngine({ ...options, jobs: [job] })
  await engine.client.sendJob('work.requested', { tenantId: 'acme' })
  await engine.runUntilIdle()
  const instants = engine.attempts.map(({ at }) => at.getTime())
  return instants.slice(1).map((at, index) => at - instants[index]!)
}

test('each attempt begins exactly at the computed time on a virtual clock', async () => {
  const curve = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 8 }),
    backoff: fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
    initialDelay: fc.nat(100_000),
    more: fc.nat(1_000_000),
    factor: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(curve, async ({ maxAttempts, backoff, initialDelay, more, factor }) => {
      const maxDelay = initialDelay + more
      const expected = Array.from({ length: maxAttempts - 1 }, (_, index) => {
        const grown = {
          fixed: initialDelay,
          linear: initialDelay * (index + 1),
          exponential: initialDelay * factor ** index,
        }
        return Math.min(grown[backoff], maxDelay)
      })
      expect(await delaysOf({ maxAttempts, backoff, initialDelay, maxDelay, factor })).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('jitter uses the random numbers of the test, and there is none without them', async () => {
  const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 1000, jitter: 0.4 } as const
  expect(await delaysOf(retry)).toEqual([1000, 1000])
  expect(await delaysOf(retry, { random: () => 0.5 })).toEqual([800, 800])
})
