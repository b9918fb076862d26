import { readFile } from 'node:fs/promises'

import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'

interface Engines {
  readonly main: TestEngine
  /** Has a short `maxRealWaitMs`, so none of its handlers does real work. */
  readonly withShortWait: TestEngine
}

function createEngines(): Engines {
  const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: '1m' } as const
  const flaky = defineJob({
    id: 'flaky',
    event: 'work.requested',
    retry,
    timeout: '30s',
    handler: async (_event, { attempt }) => {
      await readFile(new URL(import.meta.url))
      if (attempt < 3) throw new Error('not yet')
    },
  })
  const endless = defineJob({
    id: 'endless',
    event: 'work.requested',
    retry: { maxAttempts: 1 },
    timeout: '10m',
    handler: () => new Promise(() => undefined),
  })
  const cron = defineCronJob({ id: 'hourly', schedule: '0 * * * *', handler: () => undefined })
  return {
    main: createTestEngine({ jobs: [flaky, cron], maxRealWaitMs: 60_000 }),
    withShortWait: createTestEngine({ jobs: [endless], maxRealWaitMs: 20 }),
  }
}

/** Uses everything that waits: delays, retries, timeouts, cron jobs, closing. */
async function exercise({ main, withShortWait }: Engines): Promise<void> {
  const delayed = await main.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
  await main.settle()
  await main.advance('2h')
  const ended = await main.client.waitForJob(delayed.id)
  expect([ended.state, ended.runs[0]?.attempts]).toEqual(['completed', 3])
  expect(main.attempts.filter(({ definitionId }) => definitionId === 'hourly')).toHaveLength(2)
  await main.client.scheduleJob('work.requested', { tenantId }, { delay: '1d' })
  await main.runUntilIdle()
  await main.close()

  const endless = await withShortWait.client.sendJob('work.requested', { tenantId })
  await withShortWait.advance('2h')
  expect((await withShortWait.client.getJobStatus(endless.id)).runs[0]?.error?.code).toBe('job_timeout')
  await withShortWait.close()
}

// Everything that can be faked here. Jest fakes `queueMicrotask` by default.
const toFake = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'setImmediate',
  'Date',
  'performance',
  'queueMicrotask',
] as const

describe('a test engine works with fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('that are not installed', async () => {
    await exercise(createEngines())
  })

  test('installed before it is created', async () => {
    vi.useFakeTimers({ toFake: [...toFake] })
    await exercise(createEngines())
  })

  test('installed after it is created', async () => {
    const engines = createEngines()
    vi.useFakeTimers({ toFake: [...toFake] })
    await exercise(engines)
  })

  test('installed in the middle and removed again', async () => {
    const { main: engine } = createEngines()
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    vi.useFakeTimers({ toFake: [...toFake] })
    await engine.advance('61m')
    vi.useRealTimers()
    await engine.advance('1h')
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })

  test('whose time is independent of its own', async () => {
    vi.useFakeTimers({ toFake: [...toFake], now: new Date('1999-12-31T00:00:00Z') })
    const { main: engine } = createEngines()
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(engine.now()).toEqual(new Date('2026-01-01T00:00:00Z'))
    expect((await engine.client.getJobStatus(id)).state).toBe('scheduled')
    await engine.advance('2h')
    expect(new Date()).toEqual(new Date('2000-01-01T00:00:00Z'))
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })
})
