import { defineJob, NonRetryableError } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'

const tenantId = 'acme'

/** Creates a handler that fails permanently the given number of times, counted across all runs. */
function failTimes(times: number, output = 'done') {
  let called = 0
  return () => {
    if (++called <= times) throw new NonRetryableError(`call ${called} failed`)
    return output
  }
}

describe('retrying a failed job with `retryJob`', () => {
  test('keeps the `maxAttempts` of the send', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      retry: { maxAttempts: 5, initialDelay: 0 },
      handler: failUntil(99),
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.requested', { tenantId }, { maxAttempts: 2 })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect(
      (await engine.client.getJobStatus(id)).runs.map(({ attempts, maxAttempts }) => [attempts, maxAttempts]),
    ).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  test('respects the concurrency limits', async () => {
    const deferred = createDeferred()
    const fails = failTimes(1)
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      concurrency: 1,
      handler: ({ payload }) => (payload.number === 1 ? void fails() : deferred.promise),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId, number: 1 })
    await engine.settle()
    await engine.client.sendJob('work.requested', { tenantId, number: 2 })
    await engine.settle()
    await engine.client.retryJob(id)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('queued')
    deferred.resolve()
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })
})
