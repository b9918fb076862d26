import { readFile } from 'node:fs/promises'

import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import '../kit/work.ts'

const tenantId = 'acme'

function createEngine(): TestEngine {
  const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: '1m' } as const
  const flaky = defineJob({
    id: 'flaky',
    event: 'work.asked',
    retry,
    timeout: '30s',
    handler: async (_event, { attempt }) => {
      await readFile(new URL(import.meta.url))
      if (attempt < 3) throw new Error('not yet')
    },
  })
  const endless = defineJob({
    id: 'endless',
    event: 'work.followed',
    retry: { maxAttempts: 1 },
    timeout: '10m',
    handler: () => new Promise(() => undefined),
  })
  const cron = defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
  return createTestEngine({ jobs: [flaky, endless, cron], patienceMs: 20 })
}

/** Everything that waits for something: delays, retries, timeouts, cron, closing. */
async function exercise(engine: TestEngine): Promise<void> {
  const delayed = await engine.client.scheduleJob('work.asked', { tenantId }, { delay: '1h' })
  const endless = await engine.client.sendJob('work.followed', { tenantId })
  await engine.settle()
  await engine.advance('2h')
  const ended = await engine.client.waitForJob(delayed.id)
  expect([ended.state, ended.runs[0]?.attempts]).toEqual(['completed', 3])
  expect((await engine.client.getJobStatus(endless.id)).runs[0]?.error?.code).toBe('job_timeout')
  expect(engine.attempts.filter(({ definitionId }) => definitionId === 'hourly')).toHaveLength(2)
  await engine.client.scheduleJob('work.asked', { tenantId }, { delay: '1d' })
  await engine.runUntilIdle()
  await engine.close()
}

// Everything that can be faked here; jest fakes queueMicrotask unless told otherwise.
const toFake = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'setImmediate',
  'Date',
  'performance',
  'queueMicrotask',
] as const

describe('a test engine beside fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('without them', async () => {
    await exercise(createEngine())
  })

  test('installed before it was made', async () => {
    vi.useFakeTimers({ toFake: [...toFake] })
    await exercise(createEngine())
  })

  test('installed after it was made', async () => {
    const engine = createEngine()
    vi.useFakeTimers({ toFake: [...toFake] })
    await exercise(engine)
  })

  test('installed half way, and taken away again', async () => {
    const engine = createEngine()
    const { id } = await engine.client.scheduleJob('work.asked', { tenantId }, { delay: '1h' })
    vi.useFakeTimers({ toFake: [...toFake] })
    await engine.advance('61m')
    vi.useRealTimers()
    await engine.advance('1h')
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })

  test('the two times are apart: neither moves the other', async () => {
    vi.useFakeTimers({ toFake: [...toFake], now: new Date('1999-12-31T00:00:00Z') })
    const engine = createEngine()
    const { id } = await engine.client.scheduleJob('work.asked', { tenantId }, { delay: '1h' })
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(engine.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
    expect((await engine.client.getJobStatus(id)).state).toBe('scheduled')
    await engine.advance('2h')
    expect(new Date()).toEqual(new Date('2000-01-01T00:00:00Z'))
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })
})
