import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import '../kit/work.ts'

const tenantId = 'acme'
const key = { idempotencyKey: 'order-1' } as const
const work = defineJob({ id: 'work', event: 'work.asked', handler: ({ payload }) => payload.number ?? null })
const follow = defineJob({ id: 'follow', event: 'work.followed', handler: () => undefined })

describe('an idempotency key', () => {
  test('makes a send happen once: the same key again answers the first job, and its payload is not looked at', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const first = await engine.client.sendJob('work.asked', { tenantId, number: 1 }, key)
    const second = await engine.client.sendJob('work.asked', { tenantId, number: 2 }, key)
    await engine.settle()
    const third = await engine.client.sendJob('work.asked', { tenantId, number: 3 }, key)
    await engine.settle()
    expect(first.deduplicated).toBe(false)
    expect([second, third]).toEqual([
      { ...first, deduplicated: true },
      { ...first, deduplicated: true },
    ])
    expect(engine.attempts.map(({ outcome }) => outcome)).toEqual([{ type: 'completed', output: 1 }])
  })

  test('is one for each tenant and event', async () => {
    const engine = createTestEngine({ jobs: [work, follow] })
    const handles = [
      await engine.client.sendJob('work.asked', { tenantId }, key),
      await engine.client.sendJob('work.asked', { tenantId: 'globex' }, key),
      await engine.client.sendJob('work.followed', { tenantId }, key),
      await engine.client.forTenant('initech').sendJob('work.asked', {}, key),
    ]
    expect(handles.map(({ deduplicated }) => deduplicated)).toEqual([false, false, false, false])
    expect(new Set(handles.map(({ id }) => id)).size).toBe(4)
  })

  test('is exact: a blank or a different case is another key', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const keys = ['order-1', 'order-1 ', 'Order-1', 'order\n1', 'x'.repeat(256)]
    for (const idempotencyKey of keys) {
      expect((await engine.client.sendJob('work.asked', { tenantId }, { idempotencyKey })).deduplicated).toBe(false)
      expect((await engine.client.sendJob('work.asked', { tenantId }, { idempotencyKey })).deduplicated).toBe(true)
    }
  })

  test.each([
    ['24 hours by default', {}, 24 * 3_600_000],
    ['as long as it is told to', { idempotencyTtl: '10m' }, 600_000],
    ['longer than a timer of the platform', { idempotencyTtl: '60d' }, 60 * 86_400_000],
  ] as const)('lives %s, to the millisecond', async (_name, options, lifeMs) => {
    const engine = createTestEngine({ jobs: [work] })
    const send = () => engine.client.sendJob('work.asked', { tenantId }, { ...key, ...options })
    const first = await send()
    await engine.advance(lifeMs - 1)
    expect(await send()).toEqual({ ...first, deduplicated: true })
    await engine.advance(1)
    const next = await send()
    expect([next.deduplicated, next.id === first.id]).toEqual([false, false])
  })

  test('stays taken after its job failed, and after it was cancelled', async () => {
    const fails = defineJob({ id: 'fails', event: 'work.asked', retry: { maxAttempts: 1 }, handler: failUntil(99) })
    const engine = createTestEngine({ jobs: [fails, follow] })
    const failed = await engine.client.sendJob('work.asked', { tenantId }, key)
    const cancelled = await engine.client.sendJob('work.followed', { tenantId }, { ...key, delay: '1h' })
    await engine.settle()
    await engine.client.cancelJob(cancelled.id)
    expect((await engine.client.getJobStatus(failed.id)).state).toBe('failed')
    expect(await engine.client.sendJob('work.asked', { tenantId }, key)).toEqual({ ...failed, deduplicated: true })
    expect(await engine.client.sendJob('work.followed', { tenantId }, key)).toEqual({
      ...cancelled,
      deduplicated: true,
    })
    await engine.runUntilIdle()
    expect(engine.attempts).toHaveLength(1)
  })

  test('holds back a send that came with another delay: the first one’s counts', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const later = await engine.client.scheduleJob('work.asked', { tenantId }, { ...key, delay: '1h' })
    const now = await engine.client.sendJob('work.asked', { tenantId }, key)
    await engine.settle()
    expect([now.id, (await engine.client.getJobStatus(later.id)).state]).toEqual([later.id, 'scheduled'])
  })

  test('at once from many places makes one job', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const alone = Array.from({ length: 50 }, () => engine.client.sendJob('work.asked', { tenantId }, key))
    const together = engine.client.sendJobs(
      Array.from({ length: 50 }, () => ({ event: 'work.asked', payload: { tenantId }, options: key })),
    )
    const handles = [
      ...(await Promise.all(alone)),
      ...(await together).map((result) => (result.ok ? result.job : undefined)),
    ]
    expect(new Set(handles.map((handle) => handle?.id)).size).toBe(1)
    expect(handles.filter((handle) => handle?.deduplicated === false)).toHaveLength(1)
    await engine.settle()
    expect(engine.attempts).toHaveLength(1)
  })

  test('is not taken by a send that was refused', async () => {
    const engine = createTestEngine({ jobs: [work] })
    await expect(engine.client.sendJob('work.asked', { tenantId, data: 1n }, key)).rejects.toMatchObject({
      code: 'not_serializable',
    })
    expect((await engine.client.sendJob('work.asked', { tenantId }, key)).deduplicated).toBe(false)
  })
})
