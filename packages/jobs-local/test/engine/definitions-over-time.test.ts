import { defineCronJob, defineJob, type JobOptions } from '@cgk-platform/jobs-core'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'

const tenantId = 'acme'

describe('changes of definitions while the engine runs', () => {
  let engine: TestEngine
  let logger: RecordedLogger

  const define = (options: Partial<JobOptions<'work.requested', unknown>>) =>
    defineJob<'work.requested'>({ id: 'work', event: 'work.requested', handler: () => 'done', ...options })
  const send = async (delay = 0): Promise<string> =>
    (await engine.client.sendJob('work.requested', { tenantId }, { delay })).id

  beforeEach(() => {
    logger = createRecordedLogger()
    engine = createTestEngine({ logger, maxRealWaitMs: 5 }) // with all registered definitions
  })
  afterEach(async () => {
    await engine.close()
    removeDefinitions()
  })

  test('a definition added after the send handles a job that is still delayed', async () => {
    const id = await send(1000)
    define({})
    await engine.advance(1000)
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'completed',
      runs: [{ definitionId: 'work', output: 'done' }],
    })
  })

  test('a definition removed before the job is due gets no run', async () => {
    define({})
    define({ id: 'other' })
    const id = await send(1000)
    processJobs().remove('work')
    await engine.advance(1000)
    expect((await engine.client.getJobStatus(id)).runs.map(({ definitionId }) => definitionId)).toEqual(['other'])
  })

  test('removing a definition fails its waiting runs, and no others', async () => {
    const deferred = createDeferred()
    define({ concurrency: 1, handler: () => deferred.promise })
    define({ id: 'flaky', retry: { initialDelay: '1m' }, handler: failUntil(99) })
    define({ id: 'other' })
    const ids = [await send(), await send()]
    await engine.settle()
    processJobs().remove('work')
    processJobs().remove('flaky')
    deferred.resolve()
    await engine.advance('1m')
    const [first, second] = await Promise.all(ids.map((id) => engine.client.getJobStatus(id)))
    expect(first!.runs.map(({ definitionId, state }) => [definitionId, state])).toEqual([
      ['work', 'completed'], // it has already run
      ['flaky', 'failed'],
      ['other', 'completed'],
    ])
    expect(second!.runs.map(({ definitionId, state }) => [definitionId, state])).toEqual([
      ['work', 'failed'],
      ['flaky', 'failed'],
      ['other', 'completed'],
    ])
    expect(second!.runs[0]?.error).toMatchObject({
      name: 'DefinitionNotFoundError',
      code: 'definition_not_found',
      message: expect.stringContaining('Restore the definition or import its module, then retry the job.'),
    })
    const gone = logger.lines.filter(({ message }) => message === 'A run failed: its definition no longer exists.')
    expect(gone.map(({ level, fields }) => [level, fields['jobId']])).toEqual([
      ['error', ids[1]],
      ['error', ids[0]],
      ['error', ids[1]],
    ])
  })

  test('a disabled definition gets no new runs, and those that exist continue', async () => {
    define({ retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '1m' }, handler: failUntil(2) })
    const [running, delayed] = [await send(), await send(30_000)]
    await engine.settle()
    define({ enabled: false, retry: { maxAttempts: 2 }, handler: (_event, { attempt }) => attempt })
    const later = await send()
    await engine.advance('1m')
    const statuses = await Promise.all([running, delayed, later].map((id) => engine.client.getJobStatus(id)))
    expect(statuses.map(({ state, runs }) => [state, runs.map(({ output }) => output)])).toEqual([
      ['completed', [2]],
      ['unhandled', []],
      ['unhandled', []],
    ])
    define({})
    const last = await send()
    await engine.settle()
    expect((await engine.client.getJobStatus(last)).runs).toMatchObject([{ output: 'done' }])
  })

  test('`retryJob` runs the failed job after the definition is added again', async () => {
    define({ retry: { maxAttempts: 2, initialDelay: '1m' }, handler: failUntil(99) })
    const id = await send()
    await engine.settle()
    processJobs().remove('work')
    await engine.advance('1m')
    expect((await engine.client.getJobStatus(id)).state).toBe('failed')
    await engine.client.retryJob(id)
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('failed') // the definition is still missing
    define({})
    await engine.client.retryJob(id)
    await engine.settle()
    const { state, runs } = await engine.client.getJobStatus(id)
    expect([state, runs.map((run) => run.state)]).toEqual(['completed', ['failed', 'failed', 'completed']])
  })

  test('the next attempt uses the handler, delays and timeout of a replaced definition', async () => {
    define({
      retry: { maxAttempts: 4, initialDelay: '1m' },
      handler: () => {
        throw new Error('old')
      },
    })
    const id = await send()
    await engine.settle()
    define({
      retry: { maxAttempts: 4, backoff: 'fixed', initialDelay: '10s' },
      timeout: '5s',
      handler: (_event, { attempt }) => (attempt === 2 ? new Promise(() => undefined) : 'new'),
    })
    await engine.runUntilIdle()
    expect(engine.attempts.map(({ at }) => (at.getTime() - Date.UTC(2026, 0, 1)) / 1000)).toEqual([0, 60, 75])
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'completed',
      runs: [{ output: 'new', attempts: 3 }],
    })
  })

  test('a running attempt is not affected when its definition is replaced', async () => {
    const deferred = createDeferred<string>()
    define({ handler: () => deferred.promise })
    const id = await send()
    await engine.settle()
    define({ handler: () => 'new' })
    deferred.resolve('old')
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).runs.map(({ output }) => output)).toEqual(['old'])
  })

  test('a replacement for another event does not get payloads of the old event', async () => {
    const seen: unknown[] = []
    define({ retry: { initialDelay: '1m' }, handler: failUntil(99) })
    const id = await send()
    await engine.settle()
    defineJob({ id: 'work', event: 'work.followed', handler: ({ name }) => void seen.push(name) })
    await engine.advance('1m')
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ error: { code: 'definition_not_found' } }],
    })
    defineCronJob({ id: 'work', schedule: '0 0 1 1 *', handler: ({ scheduledAt }) => void seen.push(scheduledAt) })
    await engine.client.retryJob(id)
    await engine.settle()
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'failed' })
    expect(seen).toEqual([])
  })
})
