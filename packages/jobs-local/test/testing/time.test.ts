import { type CronContext, defineCronJob, defineJob, defineWorkflow, type JobContext } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'
const start = new Date('2026-01-01T00:00:00Z')
const failUntil = (attempt: number) => (_event: unknown, context: JobContext) => {
  if (context.attempt < attempt) throw new Error('not yet')
}
const minutesAfterStart = (at: Date): number => (at.getTime() - start.getTime()) / 60_000

describe('the time of a test engine', () => {
  test('begins on January 1, 2026, or at `startAt`, and moves only by `advance`', async () => {
    const engine = createTestEngine({ jobs: [] })
    const other = createTestEngine({ jobs: [], startAt: new Date('2030-06-01T12:00:00Z') })
    expect([engine.now(), other.now()]).toEqual([start, new Date('2030-06-01T12:00:00Z')])
    await engine.settle()
    expect(engine.now()).toEqual(start)
    await engine.advance('1.5h')
    await engine.advance(250)
    expect(engine.now()).toEqual(new Date('2026-01-01T01:30:00.250Z'))
  })

  test('due work runs at its own time, in order', async () => {
    const job = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload }) => payload.number })
    const engine = createTestEngine({ jobs: [job] })
    for (const number of [3, 1, 2]) {
      await engine.client.scheduleJob('work.requested', { tenantId, number }, { delay: `${number}m` })
    }
    await engine.advance('10m')
    const seen = engine.attempts.map(({ at, outcome }) => [minutesAfterStart(at), outcome])
    expect(seen).toEqual([1, 2, 3].map((number) => [number, { type: 'completed', output: number }]))
    expect(minutesAfterStart(engine.now())).toBe(10)
  })

  test('`advance` rejects an invalid duration and moves no time', async () => {
    const engine = createTestEngine({ jobs: [] })
    await expect(engine.advance('soon' as never)).rejects.toMatchObject({ code: 'invalid_option', option: 'duration' })
    await expect(engine.advance(-1)).rejects.toMatchObject({ code: 'invalid_option' })
    expect(engine.now()).toEqual(start)
  })

  test('`settle` runs work that is due now, and no later work', async () => {
    const job = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })
    const engine = createTestEngine({ jobs: [job] })
    const now = await engine.client.sendJob('work.requested', { tenantId })
    const later = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: 1 })
    await engine.settle()
    expect((await engine.client.getJobStatus(now.id)).state).toBe('completed')
    expect((await engine.client.getJobStatus(later.id)).state).toBe('scheduled')
  })

  test('`settle` runs retries without a delay and jobs that handlers send', async () => {
    const retry = { maxAttempts: 4, backoff: 'fixed', initialDelay: 0 } as const
    const first = defineJob({
      id: 'first',
      event: 'work.requested',
      retry,
      handler: async (event, context) => {
        failUntil(3)(event, context)
        await engine.client.sendJob('work.followed', { tenantId })
      },
    })
    const second = defineJob({ id: 'second', event: 'work.followed', retry, handler: failUntil(4) })
    const engine = createTestEngine({ jobs: [first, second] })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect(engine.attempts.map(({ definitionId, attempt }) => `${definitionId} ${attempt}`).toSorted()).toEqual([
      'first 1',
      'first 2',
      'first 3',
      'second 1',
      'second 2',
      'second 3',
      'second 4',
    ])
    expect(engine.now()).toEqual(start)
  })

  test('`runUntilIdle` advances as far as delays and retries need', async () => {
    const job = defineJob({
      id: 'slow',
      event: 'work.requested',
      retry: { maxAttempts: 5, backoff: 'exponential', initialDelay: '1h', maxDelay: '7d' },
      handler: failUntil(5),
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '300d' })
    await engine.runUntilIdle()
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
    expect(minutesAfterStart(engine.now())).toBe(300 * 24 * 60 + (1 + 2 + 4 + 8) * 60)
  })

  test('`runUntilIdle` moves no time before the first send', async () => {
    const engine = createTestEngine({ jobs: [] })
    await engine.runUntilIdle()
    expect(engine.now()).toEqual(start)
  })

  test('`runUntilIdle` runs cron ticks that come due, but does not continue only for them', async () => {
    const ticks: number[] = []
    const tick = ({ scheduledAt }: CronContext) => void ticks.push(minutesAfterStart(scheduledAt))
    const cron = defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: tick })
    const job = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })
    const engine = createTestEngine({ jobs: [cron, job] })
    await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '3.5m' })
    await engine.runUntilIdle()
    expect(ticks).toEqual([1, 2, 3])
    expect(minutesAfterStart(engine.now())).toBe(3.5)
  })

  test('`settle` throws if a workflow begins again endlessly without a wait', async () => {
    const loop = defineWorkflow({
      id: 'loop',
      event: 'work.requested',
      steps: ({ payload }, step) => step.restart({ number: (payload.number ?? 0) + 1 }),
    })
    const engine = createTestEngine({ jobs: [loop] })
    await engine.client.sendJob('work.requested', { tenantId, number: 1 })
    const message = '`loop` began the same run again 1000 times without a wait: its loop has no end.'
    await expect(engine.settle()).rejects.toThrow(message)
    await engine.close()
  })

  test('`runUntilIdle` throws if a job sends itself again endlessly', async () => {
    const job = defineJob({
      id: 'perpetual',
      event: 'work.requested',
      handler: () => engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' }).then(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job], config: { retention: { count: 10 } } })
    await engine.client.sendJob('work.requested', { tenantId })
    await expect(engine.runUntilIdle()).rejects.toThrow(
      /stopped after 100000 timers.*1 job that has not ended.*`advance/s,
    )
  })

  test('`advance` runs each cron tick at its own minute, and the jobs that they send', async () => {
    const cron = defineCronJob({
      id: 'quarterly',
      schedule: '*/15 * * * *',
      handler: ({ scheduledAt }) =>
        engine.client
          .sendJob('work.requested', { tenantId, number: minutesAfterStart(scheduledAt) })
          .then(() => undefined),
    })
    const job = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload }) => payload.number })
    const engine = createTestEngine({ jobs: [cron, job] })
    await engine.advance('1h')
    const seen = engine.attempts.filter(({ definitionId }) => definitionId === 'work')
    expect(seen.map(({ at }) => minutesAfterStart(at))).toEqual([15, 30, 45, 60])
  })

  test('a retry due at the same time as another timer runs', async () => {
    const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 } as const
    const flaky = defineJob({ id: 'flaky', event: 'work.requested', retry, handler: failUntil(2) })
    const engine = createTestEngine({ jobs: [flaky] })
    const far = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    const waiting = expect(engine.client.waitForJob(far.id, { timeout: 1000 })).rejects.toThrow('was still `scheduled`')
    await engine.settle() // the wait's timer is set before the retry's
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.advance('2s')
    await waiting
    expect(engine.attempts.map(({ attempt, at }) => [attempt, at.getTime() - start.getTime()])).toEqual([
      [1, 0],
      [2, 1000],
    ])
  })

  test('after `close`, time still advances, but nothing runs or hangs', async () => {
    const job = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })
    const endless = defineJob({ id: 'endless', event: 'work.followed', handler: () => new Promise(() => undefined) })
    const cron = defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
    const engine = createTestEngine({ jobs: [job, endless, cron], maxRealWaitMs: 5 })
    await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1m' })
    await engine.client.sendJob('work.followed', { tenantId })
    await engine.settle()
    await engine.close()
    await engine.settle()
    await engine.advance('1h')
    await engine.runUntilIdle()
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['interrupted'])
  })
})
