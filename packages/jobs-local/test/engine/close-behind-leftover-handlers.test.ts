import { defineJob } from '@cgk-platform/jobs-core'
import { createDeferred, type Deferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'

/** Creates an engine whose only slot a leftover handler holds, and another job that waits for it. */
async function withStayingHandler(limit: 'of the engine' | 'of the job'): Promise<{
  engine: TestEngine
  staying: Deferred<void>
  stateOfWaiting: () => Promise<string>
}> {
  const staying = createDeferred()
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    timeout: '1s',
    retry: { maxAttempts: 1 },
    ...(limit === 'of the job' && { concurrency: 1 }),
    handler: ({ payload }) => (payload.number === 1 ? staying.promise : undefined),
  })
  const config = limit === 'of the engine' ? { concurrency: 1 } : {}
  const engine = createTestEngine({ jobs: [job], config, maxRealWaitMs: 5 })
  const first = await engine.client.sendJob('work.requested', { tenantId, number: 1 })
  const waiting = await engine.client.sendJob('work.requested', { tenantId, number: 2 })
  const stateOf = async (id: string) => (await engine.client.getJobStatus(id)).state
  await engine.advance('1s')
  expect([await stateOf(first.id), await stateOf(waiting.id)]).toEqual(['failed', 'queued'])
  return { engine, staying, stateOfWaiting: () => stateOf(waiting.id) }
}

describe.each(['of the engine', 'of the job'] as const)(
  'closing while a job waits behind a leftover handler, with the limit %s',
  (limit) => {
    test('runs the job once the handler has released its slot', async () => {
      const { engine, staying, stateOfWaiting } = await withStayingHandler(limit)
      const closing = engine.client.close()
      await engine.advance('9s')
      expect(await stateOfWaiting()).toBe('queued')
      staying.resolve()
      await closing
      expect(await stateOfWaiting()).toBe('completed')
    })

    test('waits for at most the given timeout', async () => {
      const { engine, stateOfWaiting } = await withStayingHandler(limit)
      const closing = engine.client.close({ timeout: '5s' })
      await engine.advance('5s')
      await closing
      expect(await stateOfWaiting()).toBe('failed')
    })

    test('does not wait for the handler if no job waits for its slot', async () => {
      const { engine } = await withStayingHandler(limit)
      const { jobs } = await engine.client.listJobs({ state: 'queued' })
      await engine.client.cancelJob(jobs[0]!.id)
      await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
      await engine.client.close({ timeout: '1h' }) // virtual time does not advance, so it ends at once or never
    })
  },
)
