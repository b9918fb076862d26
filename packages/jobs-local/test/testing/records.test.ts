import { AsyncLocalStorage } from 'node:async_hooks'

import {
  defineCronJob,
  defineJob,
  eventType,
  getJobClient,
  listJobs,
  NonRetryableError,
  scheduleJob,
  sendJob,
} from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'

describe('`sent`', () => {
  test('has all accepted events in order, including deduplicated ones', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      handler: () => sendJob('work.followed', { tenantId, number: 2 }).then(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job] })
    const first = await engine.client.sendJob('work.requested', { tenantId, number: 1 }, { idempotencyKey: 'a' })
    await engine.settle()
    await engine.client.sendJob('work.requested', { tenantId, number: 9 }, { idempotencyKey: 'a' })
    await engine.client.sendJob('work.requested', {} as never).catch(() => undefined)
    expect(
      engine.sent.map(({ id, event, payload, deduplicated }) => ({
        own: id === first.id,
        event,
        payload,
        deduplicated,
      })),
    ).toEqual([
      { own: true, event: 'work.requested', payload: { tenantId, number: 1 }, deduplicated: false },
      { own: false, event: 'work.followed', payload: { tenantId, number: 2 }, deduplicated: false },
      { own: true, event: 'work.requested', payload: { tenantId, number: 9 }, deduplicated: true },
    ])
  })

  test('has copies of the payloads', async () => {
    const job = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload }) => payload.number })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.requested', { tenantId, number: 1 })
    Object.assign(engine.sent[0]!.payload as object, { number: 2 })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).runs[0]?.output).toBe(1)
  })
})

describe('`attempts`', () => {
  test('has all ended attempts with their start and outcome', async () => {
    const job = defineJob({
      id: 'flaky',
      event: 'work.requested',
      retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '10s' },
      handler: (_event, { attempt }) => {
        if (attempt === 1) throw new Error('first')
        if (attempt === 2) throw new NonRetryableError('second')
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    const named = {
      definitionId: 'flaky',
      event: 'work.requested',
      jobId: id,
      runId: `${id}-1`,
      maxAttempts: 3,
      tenantId,
    }
    expect(engine.attempts).toMatchObject([
      { ...named, attempt: 1, at: new Date('2026-01-01T00:00:00Z'), outcome: { type: 'retry', afterMs: 10_000 } },
      {
        ...named,
        attempt: 2,
        at: new Date('2026-01-01T00:00:10Z'),
        outcome: { type: 'failed', error: { message: 'second' } },
      },
    ])
  })

  test('records an attempt at the time of its start', async () => {
    const deferred = createDeferred()
    const job = defineJob({ id: 'long', event: 'work.requested', handler: () => deferred.promise })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1m' })
    await engine.advance('3m')
    deferred.resolve()
    await engine.settle()
    expect(engine.attempts[0]?.at).toEqual(new Date('2026-01-01T00:01:00Z'))
  })
})

describe('hooks of the test', () => {
  test('are called in addition to the records, also those of a class and those that throw', async () => {
    const seen: string[] = []
    class Hooks {
      note(name: string): void {
        seen.push(name)
        throw new Error('a hook of the test')
      }
      onSend(): void {
        this.note('onSend')
      }
      onAttemptStart(): void {
        this.note('onAttemptStart')
      }
      onAttemptEnd(): void {
        this.note('onAttemptEnd')
      }
      onRunEnd(): void {
        this.note('onRunEnd')
      }
    }
    const job = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })
    const engine = createTestEngine({ jobs: [job], hooks: new Hooks() })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect(seen.toSorted()).toEqual(['onAttemptEnd', 'onAttemptStart', 'onRunEnd', 'onSend'])
    expect([engine.sent.length, engine.attempts.length]).toEqual([1, 1])
  })
})

describe('`run`', () => {
  test('makes `sendJob` in the code under test use this engine, across awaits', async () => {
    const engine = createTestEngine({ jobs: [] })
    const placeOrder = async (): Promise<string> => {
      await Promise.resolve()
      await sendJob('work.requested', { tenantId, number: 1 })
      await new Promise((resolve) => setTimeout(resolve, 1))
      return (await scheduleJob('work.followed', { tenantId }, { delay: '1d' })).id
    }
    const id = await engine.run(placeOrder)
    expect(engine.sent.map(({ event }) => event)).toEqual(['work.requested', 'work.followed'])
    expect((await engine.run(() => listJobs({ state: 'scheduled' }))).jobs.map((job) => job.id)).toEqual([id])
  })

  test('makes `send` of a job with `payload` use this engine', async () => {
    const resize = defineJob({
      id: 'resize',
      payload: eventType<{ width: number }>(),
      handler: ({ payload }) => payload.width,
    })
    const engine = createTestEngine({ jobs: [resize] })
    await engine.run(() => resize.send({ tenantId, width: 5 }))
    await engine.settle()
    expect(engine.sent).toMatchObject([{ event: 'job/resize', tenantId, payload: { tenantId, width: 5 } }])
    expect(engine.attempts).toMatchObject([{ definitionId: 'resize', outcome: { type: 'completed', output: 5 } }])
  })

  test('returns what the code returns, and throws what it throws', () => {
    const engine = createTestEngine({ jobs: [] })
    expect(engine.run(() => 42)).toBe(42)
    const fails = (): never => {
      throw new Error('of the code')
    }
    expect(() => engine.run(fails)).toThrow('of the code')
  })

  test('uses the innermost engine when nested, and none outside', async () => {
    const [outer, inner] = [createTestEngine({ jobs: [] }), createTestEngine({ jobs: [] })]
    await outer.run(async () => {
      await inner.run(() => sendJob('work.requested', { tenantId }))
      expect(getJobClient()).toBe(outer.client)
    })
    expect([outer.sent.length, inner.sent.length]).toEqual([0, 1])
    await expect(sendJob('work.requested', { tenantId })).rejects.toMatchObject({ code: 'invalid_option' })
  })

  test('preserves the async contexts of the code', () => {
    const engine = createTestEngine({ jobs: [] })
    const storage = new AsyncLocalStorage<string>()
    expect(storage.run('request-1', () => engine.run(() => storage.getStore()))).toBe('request-1')
  })
})

describe('ten engines at once', () => {
  test('are isolated: each has its own jobs, time and records', async () => {
    const work = defineJob({
      id: 'work',
      event: 'work.requested',
      retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '1m' },
      handler: async ({ payload }, { attempt, tenantId: own }) => {
        if (attempt < 3) throw new Error('not yet')
        await sendJob('work.followed', { tenantId: own, number: payload.number })
      },
    })
    const follow = defineJob({ id: 'follow', event: 'work.followed', handler: ({ payload }) => payload.number })
    const cron = defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
    const engines = Array.from({ length: 10 }, () => createTestEngine({ jobs: [work, follow, cron] }))
    await Promise.all(
      engines.map(async (engine, number) => {
        await engine.client.sendJob('work.requested', { tenantId: `tenant-${number}`, number })
        await engine.advance(`${number}h`)
        await engine.runUntilIdle()
      }),
    )
    for (const [number, engine] of engines.entries()) {
      const followed = engine.attempts.filter(({ definitionId }) => definitionId === 'follow')
      expect(followed.map(({ tenantId: own, outcome }) => [own, outcome])).toEqual([
        [`tenant-${number}`, { type: 'completed', output: number }],
      ])
      expect(engine.sent).toHaveLength(2)
      expect(engine.attempts.filter(({ definitionId }) => definitionId === 'hourly')).toHaveLength(number)
      expect(engine.now()).toEqual(new Date(Date.UTC(2026, 0, 1, number, number === 0 ? 2 : 0)))
    }
  })
})
