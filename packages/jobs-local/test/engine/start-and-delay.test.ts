import { defineJob } from '@cgk-platform/jobs-core'
import { maxDurationMs, systemClock } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import '../kit/work.ts'

const tenantId = 'acme'
const work = defineJob({ id: 'work', event: 'work.asked', handler: ({ payload }) => payload.number ?? null })

describe('a job without delay', () => {
  test('begins at once, without any time going by', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId, number: 1 })
    await engine.settle()
    const status = await engine.client.getJobStatus(id)
    const now = new Date('2026-01-01T00:00:00Z')
    expect(status).toEqual({
      id,
      event: 'work.asked',
      tenantId,
      state: 'completed',
      createdAt: now,
      startedAt: now,
      endedAt: now,
      runs: [
        {
          id: `${id}-1`,
          definitionId: 'work',
          state: 'completed',
          attempts: 1,
          maxAttempts: 3,
          startedAt: now,
          endedAt: now,
          output: 1,
        },
      ],
    })
  })

  test('jobs begin in the order in which they were sent', async () => {
    const order: (number | undefined)[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      handler: ({ payload }) => void order.push(payload.number),
    })
    const engine = createTestEngine({ jobs: [job] })
    await Promise.all(
      Array.from({ length: 50 }, (_, number) => engine.client.sendJob('work.asked', { tenantId, number })),
    )
    await engine.client.sendJobs([50, 51].map((number) => ({ event: 'work.asked', payload: { tenantId, number } })))
    await engine.settle()
    expect(order).toEqual(Array.from({ length: 52 }, (_, number) => number))
  })

  test('the handler never begins inside the call that sends', async () => {
    let began = false
    const job = defineJob({ id: 'work', event: 'work.asked', handler: () => void (began = true) })
    const engine = createTestEngine({ jobs: [job] })
    await engine.client.capabilities()
    const sending = engine.client.sendJob('work.asked', { tenantId })
    expect(began).toBe(false)
    await sending
    await engine.settle()
    expect(began).toBe(true)
  })

  test('an event with three subscribers makes one job with three runs, with none a job without', async () => {
    const ids = ['a', 'b', 'c']
    const jobs = ids.map((id) => defineJob({ id, event: 'work.asked', handler: () => id }))
    const engine = createTestEngine({ jobs })
    const asked = await engine.client.sendJob('work.asked', { tenantId })
    const ignored = await engine.client.sendJob('work.ignored', { tenantId })
    await engine.settle()
    const { runs } = await engine.client.getJobStatus(asked.id)
    expect(runs.map(({ id, definitionId, output }) => [id, definitionId, output])).toEqual(
      ids.map((id, index) => [`${asked.id}-${index + 1}`, id, id]),
    )
    expect(await engine.client.getJobStatus(ignored.id)).toMatchObject({ state: 'completed', runs: [] })
  })
})

describe('a delayed job', () => {
  const delays = [1, 999, 60_000, 60_001, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 12_345, 5 * 2 ** 32, maxDurationMs]

  test.each(delays)('of %d ms begins at its millisecond, and not one before', async (delay) => {
    const engine = createTestEngine({ jobs: [work] })
    const { id } = await engine.client.scheduleJob('work.asked', { tenantId }, { delay })
    const scheduledFor = new Date(Date.UTC(2026, 0, 1) + delay)
    await engine.advance(delay - 1)
    expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'scheduled', scheduledFor, runs: [] })
    await engine.advance(1)
    expect(await engine.client.getJobStatus(id)).toMatchObject({
      state: 'completed',
      scheduledFor,
      startedAt: scheduledFor,
    })
  })

  test('takes a duration in words, or an instant; a past one means now', async () => {
    const engine = createTestEngine({ jobs: [work] })
    const { client } = engine
    const inWords = await client.scheduleJob('work.asked', { tenantId }, { delay: '36h' })
    const atInstant = await client.scheduleJob('work.asked', { tenantId }, { runAt: new Date('2026-01-02T12:00:00Z') })
    const past = await client.scheduleJob('work.asked', { tenantId }, { runAt: new Date(0) })
    await engine.settle()
    expect((await client.getJobStatus(past.id)).state).toBe('completed')
    expect((await client.getJobStatus(past.id)).scheduledFor).toBeUndefined()
    await engine.advance('36h')
    for (const { id } of [inWords, atInstant]) {
      expect(await client.getJobStatus(id)).toMatchObject({
        state: 'completed',
        startedAt: new Date('2026-01-02T12:00:00Z'),
      })
    }
  })

  test('those of one instant begin in the order in which they were sent', async () => {
    const engine = createTestEngine({ jobs: [work], config: { concurrency: 1 } })
    for (let number = 0; number < 20; number++)
      await engine.client.scheduleJob('work.asked', { tenantId, number }, { delay: '1d' })
    await engine.advance('1d')
    const outputs = engine.attempts.map(({ outcome }) => outcome.type === 'completed' && outcome.output)
    expect(outputs).toEqual(Array.from({ length: 20 }, (_, number) => number))
  })

  test('a nearer one that comes later is not held up by the one before', async () => {
    const engine = createTestEngine({ jobs: [work] })
    await engine.client.scheduleJob('work.asked', { tenantId, number: 1 }, { delay: '300d' })
    const near = await engine.client.scheduleJob('work.asked', { tenantId, number: 2 }, { delay: '1s' })
    await engine.advance('1s')
    expect((await engine.client.getJobStatus(near.id)).state).toBe('completed')
  })
})

describe('the machine’s clock', () => {
  test.each([2 ** 31, 2 ** 32 + 5, maxDurationMs])('takes a timer of %d ms and does not fire it', async (delayMs) => {
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    let fired = false
    const timer = systemClock.setTimer(delayMs, () => (fired = true))
    // A timer of the platform with too long a delay fires after 1 ms: before this one, which is set later and longer.
    await new Promise<void>((resolve) => systemClock.setTimer(10, resolve))
    timer.cancel()
    process.off('warning', note)
    expect([fired, warnings]).toEqual([false, []])
  })
})
