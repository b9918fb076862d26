import { type Definition, defineJob, type JobClient, type PauseTarget } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine, createVirtualClock } from '../../src/testing/index.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { type CountingClock, createCountingClock } from '../kit/counting-clock.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const tenantId = 'acme'
const minute = 60_000
const endless = (): Promise<never> => new Promise(() => undefined)

const stores = ['memory', 'file'] as const
const kinds: [string, PauseTarget][] = [
  ['definition', { definitionId: 'work' }],
  ['tenant', { tenantId }],
]

let cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

interface Opened {
  readonly client: JobClient
  readonly clock: CountingClock
  pass(durationMs: number): Promise<void>
}

function open(store: 'memory' | 'file', handler: () => unknown, concurrency?: number): Opened {
  const virtual = createVirtualClock(0)
  const clock = createCountingClock(virtual)
  const file = store === 'file' ? createTemporaryFile() : undefined
  const local = createLocalProvider(file && { path: file.path }, { clock, ownTime: true })
  const work = defineJob({ id: 'work', event: 'work.requested', concurrency, handler })
  const client = createClient(
    { load: () => local },
    { jobs: [work as Definition], clock, logger: createRecordedLogger() },
  )
  cleanUps = [...cleanUps, () => client.close({ timeout: 0 }), () => file?.remove()]
  return { client, clock, pass: (durationMs) => passVirtualTime(local, virtual, durationMs) }
}

describe.each(kinds)('the runs of a paused %s', (_kind, target) => {
  test.each(stores)('are no standstill of an engine in %s', async (store) => {
    const { client, pass } = open(store, endless, 1)
    await client.sendJob('work.requested', { tenantId })
    await pass(1)
    await client.pauseJobs(target)
    await client.sendJob('work.requested', { tenantId })
    await pass(6 * minute)
    const failed = async () => (await client.healthCheck()).checks.filter(({ ok }) => !ok).map(({ name }) => name)
    expect(await failed()).toEqual([])
    await client.resumeJobs(target)
    expect(await failed()).toEqual(['slots'])
  })

  test('do not keep a process alive', async () => {
    const { client, clock, pass } = open('memory', () => undefined)
    await client.pauseJobs(target)
    const { id } = await client.sendJob('work.requested', { tenantId })
    await pass(minute)
    expect([(await client.getJobStatus(id)).state, clock.held]).toEqual(['queued', 0])
  })

  test('do not hold up `close`, in memory, and then fail like all jobs', async () => {
    const { client } = open('memory', () => undefined)
    await client.pauseJobs(target)
    const { id } = await client.sendJob('work.requested', { tenantId })
    await client.close({ timeout: '1h' }) // virtual time does not advance, so it ends at once or never
    expect(await client.getJobStatus(id)).toMatchObject({ state: 'failed', runs: [{ error: { code: 'shutdown' } }] })
  })

  test('do not hold up `close` behind a leftover handler', async () => {
    const staying = createDeferred()
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      timeout: '1s',
      retry: { maxAttempts: 1 },
      handler: () => staying.promise,
    })
    const engine = createTestEngine({ jobs: [job], config: { concurrency: 1 }, maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.advance('1s')
    await engine.client.pauseJobs(target)
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.client.close({ timeout: '1h' })
  })

  test('make `runUntilIdle` throw with what is paused, after the other jobs have run', async () => {
    const jobs = [
      defineJob({ id: 'work', event: 'work.requested', handler: () => undefined }),
      defineJob({ id: 'other', event: 'work.followed', handler: () => undefined }),
    ]
    const engine = createTestEngine({ jobs })
    await engine.client.pauseJobs(target)
    await engine.client.sendJob('work.requested', { tenantId })
    const other = await engine.client.scheduleJob('work.followed', { tenantId: 'globex' }, { delay: '1h' })
    await expect(engine.runUntilIdle()).rejects.toThrow(
      /stopped with 1 job that has not ended.*`(work|acme)` is paused.*`resumeJobs`/,
    )
    expect((await engine.client.getJobStatus(other.id)).state).toBe('completed')
    await engine.client.resumeJobs(target)
    await engine.runUntilIdle()
    expect(engine.attempts).toHaveLength(2)
  })
})

test.each(stores)('the health of an engine in %s names what is paused, and is good', async (store) => {
  const { client, pass } = open(store, () => undefined)
  const paused = async () => {
    const { ok, checks } = await client.healthCheck()
    expect(ok).toBe(true)
    return checks.find(({ name }) => name === 'paused')?.message
  }
  expect(await paused()).toBeUndefined()
  await client.pauseJobs({ definitionId: 'work' })
  await pass(1500)
  await client.pauseJobs({ definitionId: 'work' })
  await client.pauseJobs({ tenantId })
  expect(await paused()).toBe(
    'no run starts of `work` since 1970-01-01T00:00:00.000Z, the tenant `acme` since 1970-01-01T00:00:01.500Z; ' +
      'call `resumeJobs` when they may start',
  )
  for (let number = 1; number < 12; number++) await client.pauseJobs({ tenantId: `tenant_${number}` })
  expect(await paused()).toContain(' and 3 more; call')
  expect(
    (await client.listPauses()).map(({ definitionId = '', tenantId: tenant = '' }) => definitionId + tenant),
  ).toEqual(expect.arrayContaining(['work', 'acme', 'tenant_11']))
})
