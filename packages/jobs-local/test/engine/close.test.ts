import { defineCronJob, defineJob, type JobClient, sendJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'

const tenantId = 'acme'
const left = 'The engine closed before all jobs had ended. The remaining jobs in memory are lost.'
const closed = {
  name: 'ClientClosedError',
  code: 'client_closed',
  message: expect.stringContaining('this job client is closed'),
}

describe('closing', () => {
  test('waits for running and queued jobs', async () => {
    const deferred = createDeferred()
    const job = defineJob({ id: 'work', event: 'work.requested', concurrency: 1, handler: () => deferred.promise })
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [job], logger, maxRealWaitMs: 5 })
    for (let number = 0; number < 20; number++) await engine.client.sendJob('work.requested', { tenantId, number })
    await engine.settle()
    let isClosed = false
    const closing = engine.client.close().then(() => (isClosed = true))
    await engine.settle()
    expect(isClosed).toBe(false)
    deferred.resolve()
    await closing
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(Array.from({ length: 20 }, () => 'completed'))
    expect(logger.messages('warn')).toEqual([])
  })

  test('aborts handlers after the timeout with a ShutdownError, and does not count their attempts', async () => {
    const reasons: unknown[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      handler: (_event, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason))),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    const closing = engine.client.close({ timeout: '10s' })
    await engine.advance(9999)
    expect(reasons).toEqual([])
    await engine.advance(1)
    await closing
    expect(reasons).toMatchObject([{ name: 'ShutdownError', code: 'shutdown' }])
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['interrupted'])
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [{ state: 'failed', attempts: 0, error: { code: 'shutdown' } }],
    })
  })

  test('logs how many jobs remain: delayed ones, retries and aborted ones', async () => {
    const endless = defineJob({ id: 'endless', event: 'work.requested', handler: () => new Promise(() => undefined) })
    const flaky = defineJob({ id: 'flaky', event: 'work.followed', handler: failUntil(99) })
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [endless, flaky], logger, maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.client.sendJob('work.followed', { tenantId })
    await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    await engine.client.sendJob('work.ignored', { tenantId })
    await engine.settle()
    await engine.client.close({ timeout: 0 })
    expect(logger.lines.filter(({ message }) => message === left)).toEqual([
      { level: 'warn', message: left, fields: { jobs: 3 } },
    ])
  })

  test('shows in the health check', async () => {
    const engine = createTestEngine({ jobs: [] })
    expect(await engine.client.healthCheck()).toMatchObject({ ok: true, checks: [{ name: 'engine', ok: true }] })
    await engine.client.close()
    expect(await engine.client.healthCheck()).toEqual({
      ok: false,
      provider: 'local',
      checks: [{ name: 'engine', ok: false, message: 'is closed' }],
    })
  })

  test('stops cron ticks at once, and waits for a running tick', async () => {
    const deferred = createDeferred()
    const ticks: number[] = []
    const cron = defineCronJob({
      id: 'every-minute',
      schedule: '* * * * *',
      overlap: 'allow',
      handler: ({ scheduledAt }) => {
        ticks.push(scheduledAt.getUTCMinutes())
        return deferred.promise
      },
    })
    const engine = createTestEngine({ jobs: [cron], maxRealWaitMs: 5 })
    await engine.advance('1m')
    const closing = engine.client.close({ timeout: '1h' })
    await engine.advance('5m')
    deferred.resolve()
    await closing
    expect(ticks).toEqual([1])
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['completed'])
  })
})

describe('closing with a run that a throttle holds back', () => {
  const throttled = defineJob({
    id: 'throttled',
    event: 'work.followed',
    throttle: { limit: 1, period: '1s' },
    handler: () => 'done',
  })

  test('does not wait for it, however soon it could start: it fails like all jobs', async () => {
    const logger = createRecordedLogger()
    const { client } = createTestEngine({ jobs: [throttled], logger })
    const jobs = [1, 2].map((number) => client.sendJob('work.followed', { tenantId, number }))
    const [first, second] = await Promise.all(jobs)
    await client.close({ timeout: '1h' }) // virtual time does not advance, so it ends at once or never
    expect(await client.getJobStatus(first!.id)).toMatchObject({ state: 'completed' })
    const error = { code: 'shutdown' }
    expect(await client.getJobStatus(second!.id)).toMatchObject({ state: 'failed', runs: [{ attempts: 0, error }] })
    expect(logger.messages('warn')).toEqual([left])
  })

  test('runs it if it comes due while `close` waits for another', async () => {
    const deferred = createDeferred()
    const slow = defineJob({ id: 'slow', event: 'work.requested', handler: () => deferred.promise })
    const engine = createTestEngine({ jobs: [slow, throttled], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    for (const number of [1, 2]) await engine.client.sendJob('work.followed', { tenantId, number })
    await engine.settle()
    const closing = engine.client.close({ timeout: '1h' })
    await engine.advance('1s')
    deferred.resolve()
    await closing
    expect(engine.attempts.map(({ definitionId }) => definitionId).toSorted()).toEqual([
      'slow',
      'throttled',
      'throttled',
    ])
  })
})

describe('sending while it closes', () => {
  test('works for handlers that are allowed to end, and their jobs run too', async () => {
    const deferred = createDeferred()
    const first = defineJob({
      id: 'first',
      event: 'work.requested',
      handler: async () => {
        await deferred.promise
        await sendJob('work.followed', { tenantId, number: 1 })
        await engine.client.sendJob('work.followed', { tenantId, number: 2 })
      },
    })
    const second = defineJob({ id: 'second', event: 'work.followed', handler: ({ payload }) => payload.number })
    const engine = createTestEngine({ jobs: [first, second], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    const closing = engine.client.close()
    await expect(engine.client.sendJob('work.followed', { tenantId })).rejects.toMatchObject(closed)
    deferred.resolve()
    await closing
    expect(engine.attempts.map(({ definitionId }) => definitionId).toSorted()).toEqual(['first', 'second', 'second'])
  })

  test('rejects for an aborted handler', async () => {
    const answers: unknown[] = []
    const sending = createDeferred()
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      handler: async (_event, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await sendJob('work.followed', { tenantId }).catch((error: unknown) => answers.push(error))
        sending.resolve()
      },
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    await engine.client.close({ timeout: 0 })
    await sending.promise
    expect(answers).toMatchObject([closed])
    expect(engine.sent).toHaveLength(1)
  })

  /** Ways to send without awaiting the result. The second and third validate the payload asynchronously. */
  const ways: [string, (client: JobClient) => Promise<string>][] = [
    ['sendJob', (client) => client.sendJob('work.requested', { tenantId }).then(({ id }) => id)],
    ['sendJob with a slow schema', (client) => client.sendJob('work.checked', { tenantId }).then(({ id }) => id)],
    [
      'sendJobs',
      async (client) => {
        const [result] = await client.sendJobs([{ event: 'work.checked', payload: { tenantId } }])
        if (!result?.ok) throw result!.error
        return result.job.id
      },
    ],
  ]

  test.each(ways)('at the same time (%s) rejects or runs, and never loses a job', async (_name, send) => {
    for (let turns = 0; turns < 12; turns++) {
      const ran: string[] = []
      const note = (_event: unknown, { jobId }: { jobId: string }) => void ran.push(jobId)
      const jobs = (['work.requested', 'work.checked'] as const).map((event) =>
        defineJob({ id: event, event, handler: note }),
      )
      const { client } = createTestEngine({ jobs })
      await client.capabilities()
      const sending = send(client).catch((error: { code: string }) => error.code)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await client.close()
      const answer = await sending
      if (answer !== 'client_closed') expect(ran).toEqual([answer])
    }
  })
})
