import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { createDeferred } from '../kit/deferred.ts'
import '../kit/work.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: '10s' } as const

describe('an attempt that outlasts its timeout', () => {
  test('is a failed attempt: its signal aborts with the reason, it is retried, then the run fails', async () => {
    const reasons: unknown[] = []
    const failures: string[] = []
    const job = defineJob({
      id: 'slow',
      event: 'work.asked',
      timeout: '30s',
      retry,
      handler: (_event, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason))),
      onFailure: (error) => failures.push(error.message),
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance(29_999)
    expect((await engine.client.getJobStatus(id)).state).toBe('running')
    await engine.advance(1)
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'retrying',
      runs: [{ error: { code: 'job_timeout' } }],
    })
    await engine.advance('40s')
    expect((await engine.client.getJobStatus(id)).state).toBe('failed')
    expect(reasons).toMatchObject([{ code: 'job_timeout' }, { code: 'job_timeout' }])
    expect(failures).toEqual([
      'The attempt of `slow` did not end within its timeout of 30000 ms. Stop the work when `context.signal` aborts, or raise `timeout`.',
    ])
  })

  test('is over: what it returns or throws later changes nothing', async () => {
    const late = [createDeferred<string>(), createDeferred<string>()]
    const job = defineJob({
      id: 'slow',
      event: 'work.asked',
      timeout: '30s',
      retry,
      handler: (_event, { attempt }: JobContext) => (attempt === 1 ? late[0]!.promise : late[1]!.promise),
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance('30s')
    late[0]!.resolve('late')
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('retrying')
    await engine.advance('40s')
    late[1]!.reject(new Error('late'))
    await engine.settle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ error: { code: 'job_timeout' } }],
    })
  })

  test('may be longer than a timer of the platform', async () => {
    const job = defineJob({
      id: 'slow',
      event: 'work.asked',
      timeout: '30d',
      retry: { maxAttempts: 1 },
      handler: () => new Promise(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance('29d')
    expect((await engine.client.getJobStatus(id)).state).toBe('running')
    await engine.advance('1d')
    expect((await engine.client.getJobStatus(id)).state).toBe('failed')
  })

  test('counts for each attempt anew, and ends `onFailure` too', async () => {
    const job = defineJob({
      id: 'slow',
      event: 'work.asked',
      timeout: '30s',
      retry: { maxAttempts: 1 },
      handler: () => {
        throw new Error('first')
      },
      onFailure: () => new Promise(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 5 })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('running')
    await engine.advance('30s')
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ error: { message: 'first' } }],
    })
  })

  test('that ended in time has no timeout left behind', async () => {
    const job = defineJob({
      id: 'quick',
      event: 'work.asked',
      timeout: '30s',
      handler: (_event, { signal }) => {
        signals.push(signal)
      },
    })
    const signals: AbortSignal[] = []
    const engine = createTestEngine({ jobs: [job] })
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance('1h')
    expect([signals[0]?.aborted, engine.attempts.map(({ outcome }) => outcome.type)]).toEqual([false, ['completed']])
  })
})
