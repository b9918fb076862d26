import { defineJob, type RetryConfig } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createTestEngine, type TestEngineOptions } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'

/** Returns the milliseconds between the attempts of a job that always fails. */
async function delaysOf(retry: RetryConfig, options: Partial<TestEngineOptions> = {}): Promise<number[]> {
  const job = defineJob({ id: 'fails', event: 'work.requested', retry, handler: failUntil(Number.POSITIVE_INFINITY) })
  const engine = createTestEngine({ ...options, jobs: [job] })
  await engine.client.sendJob('work.requested', { tenantId: 'acme' })
  await engine.runUntilIdle()
  const instants = engine.attempts.map(({ at }) => at.getTime())
  return instants.slice(1).map((at, index) => at - instants[index]!)
}

test('jitter uses the random numbers of the test, and there is none without them', async () => {
  const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 1000, jitter: 0.4 } as const
  expect(await delaysOf(retry)).toEqual([1000, 1000])
  expect(await delaysOf(retry, { random: () => 0.5 })).toEqual([800, 800])
})
