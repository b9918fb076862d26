import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'

const tenantId = 'acme'

/** A handler that ends when the test releases it. */
function createListener() {
  const contexts: JobContext[] = []
  const deferred = createDeferred<string>()
  const handler = (_event: unknown, context: JobContext): Promise<string> => {
    contexts.push(context)
    return deferred.promise
  }
  return { handler, contexts, deferred }
}

async function send(engine: TestEngine): Promise<string> {
  return (await engine.client.sendJob('work.requested', { tenantId })).id
}

describe('cancelling a running job', () => {
  test('stays cancelled if `onFailure` is running', async () => {
    const deferred = createDeferred()
    const signals: AbortSignal[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      retry: { maxAttempts: 1 },
      handler: failUntil(99),
      onFailure: (_error, _event, { signal }) => {
        signals.push(signal)
        return deferred.promise
      },
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const id = await send(engine)
    await engine.settle()
    expect((await engine.client.cancelJob(id)).state).toBe('cancelled')
    await engine.settle()
    expect(signals[0]?.aborted).toBe(true)
    expect((await engine.client.getJobStatus(id)).state).toBe('cancelled')
  })

  test('releases the slot when the handler ends, not while it still runs', async () => {
    const { handler, contexts, deferred } = createListener()
    const limited = defineJob({ id: 'work', event: 'work.requested', concurrency: { limit: 1, perTenant: 1 }, handler })
    const engine = createTestEngine({ jobs: [limited], config: { concurrency: 1 }, maxRealWaitMs: 5 })
    const ids = [await send(engine), await send(engine)]
    await engine.settle()
    await engine.client.cancelJob(ids[0]!)
    await engine.settle()
    expect(contexts.map(({ jobId }) => jobId)).toEqual([ids[0]])
    expect((await engine.client.getJobStatus(ids[1]!)).state).toBe('queued')
    deferred.resolve('done')
    await engine.settle()
    expect(contexts.map(({ jobId }) => jobId)).toEqual(ids)
    expect((await engine.client.getJobStatus(ids[1]!)).state).toBe('completed')
  })
})
