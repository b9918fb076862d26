import { defineJob, type JobStatus, type LoggerLike } from '@cgk-platform/jobs-core'
import { createDeferred, type Deferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 2, initialDelay: 0 } as const

describe('the engine continues without unhandled rejections, with', () => {
  const unhandled: unknown[] = []
  const record = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', record)
  })
  afterEach(() => {
    process.off('unhandledRejection', record)
  })

  /** Runs a faulty job, then a working one. Returns the status of the first. */
  async function run(handler: () => unknown, logger?: LoggerLike): Promise<JobStatus> {
    const bad = defineJob<'work.requested'>({
      id: 'bad',
      event: 'work.requested',
      retry,
      concurrency: 1,
      handler,
    })
    const good = defineJob({ id: 'good', event: 'work.followed', handler: () => 'done' })
    const engine = createTestEngine({ jobs: [bad, good], logger, maxRealWaitMs: 5, config: { concurrency: 1 } })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    const after = await engine.client.sendJob('work.followed', { tenantId })
    await engine.runUntilIdle()
    expect((await engine.client.getJobStatus(after.id)).runs[0]?.output).toBe('done')
    await new Promise((resolve) => setTimeout(resolve)) // unhandled rejections are reported at the end of a turn
    expect(unhandled).toEqual([])
    return engine.client.getJobStatus(id)
  }

  const throwing = (thrown: unknown) => () => {
    throw thrown
  }
  test('a thenable that throws or calls back twice', async () => {
    expect((await run(() => ({ then: throwing(new Error('then')) }))).runs[0]?.error?.message).toBe('then')
    const twice = (resolve: (value: string) => void, reject: (error: Error) => void): void => {
      resolve('done')
      reject(new Error('and failed'))
    }
    expect((await run(() => ({ then: twice }))).runs[0]?.output).toBe('done')
  })

  test('a handler that rejects after it was cancelled, timed out or interrupted', async () => {
    const rejections: Deferred<unknown>[] = []
    const late = (): Promise<unknown> => {
      const rejection = createDeferred<unknown>()
      rejections.push(rejection)
      return rejection.promise
    }
    const job = defineJob<'work.requested'>({
      id: 'late',
      event: 'work.requested',
      timeout: '1s',
      retry: { maxAttempts: 1 },
      handler: late,
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 1 })
    const cancelled = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    await engine.client.cancelJob(cancelled.id)
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.advance('1s')
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    await engine.close()
    for (const rejection of rejections) rejection.reject(new Error('late'))
    await new Promise((resolve) => setTimeout(resolve))
    expect([engine.attempts.map(({ outcome }) => outcome.type), unhandled]).toEqual([
      ['cancelled', 'failed', 'interrupted'],
      [],
    ])
  })

  test('hooks and `onFailure` that throw, reject, or reject late', async () => {
    const fail = throwing(new Error('hook'))
    const late = createDeferred()
    const hooks = {
      onSend: fail,
      onAttemptStart: () => Promise.reject(new Error('hook')),
      onAttemptEnd: fail,
      onRunEnd: () => late.promise,
    }
    const onFailure = () => Promise.reject(new Error('onFailure'))
    const job = defineJob({
      id: 'fails',
      event: 'work.requested',
      retry,
      onFailure,
      handler: throwing(new Error('handler')),
    })
    const engine = createTestEngine({ jobs: [job], hooks })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    late.reject(new Error('late'))
    await new Promise((resolve) => setTimeout(resolve))
    expect((await engine.client.getJobStatus(id)).runs[0]?.error?.message).toBe('handler')
    expect(unhandled).toEqual([])
  })

  test('an `onFailure` that never ends, which the timeout aborts', async () => {
    const job = defineJob({
      id: 'slow',
      event: 'work.requested',
      timeout: '30s',
      retry: { maxAttempts: 1 },
      handler: throwing(new Error('first')),
      onFailure: () => new Promise(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('running')
    await engine.advance('30s')
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ error: { message: 'first' } }],
    })
  })

  const writes = throwing(new Error('logger'))
  const loggers: [string, LoggerLike][] = [
    ['throws on every line', { debug: writes, info: writes, warn: writes, error: writes }],
    [
      'throws when it creates a child logger',
      { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: writes },
    ],
  ]

  test.each(loggers)('a logger that %s', async (_name, logger) => {
    expect((await run(() => 'done', logger)).state).toBe('completed')
    expect((await run(throwing(new Error('handler')), logger)).runs[0]?.error?.message).toBe('handler')
  })
})
