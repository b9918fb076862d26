import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

const tenantId = 'acme'
const shutdown = { name: 'ShutdownError', code: 'shutdown' }

/** Creates an engine with a job in every state before its end. */
async function openEngine() {
  const endless = defineJob({
    id: 'endless',
    event: 'work.requested',
    concurrency: 1,
    handler: () => new Promise(() => undefined),
  })
  const flaky = defineJob({
    id: 'flaky',
    event: 'work.followed',
    retry: { initialDelay: '1h', maxDelay: '1h' },
    handler: failUntil(99),
  })
  const engine = createTestEngine({ jobs: [endless, flaky], maxRealWaitMs: 5 })
  const { client } = engine
  const running = await client.sendJob('work.requested', { tenantId })
  await engine.settle()
  const queued = await client.sendJob('work.requested', { tenantId })
  const retrying = await client.sendJob('work.followed', { tenantId })
  const scheduled = await client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
  const unhandled = await client.sendJob('work.ignored', { tenantId })
  const cancelled = await client.scheduleJob('work.requested', { tenantId }, { delay: '2h' })
  await client.cancelJob(cancelled.id)
  await engine.settle()
  const ids = { running, queued, retrying, scheduled, unhandled, cancelled }
  for (const [state, { id }] of Object.entries(ids)) expect((await client.getJobStatus(id)).state).toBe(state)
  return { client, ids }
}

describe('open jobs of an engine in memory', () => {
  test.each(['running', 'queued', 'retrying'] as const)('fail when the engine closes: a %s job', async (state) => {
    const { client, ids } = await openEngine()
    await client.close({ timeout: 0 })
    const status = await client.getJobStatus(ids[state].id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ state: 'failed', error: shutdown }] })
    expect(status.endedAt).toBeInstanceOf(Date)
    expect(status.runs[0]?.nextAttemptAt).toBeUndefined()
  })

  test('fail when the engine closes: a scheduled job, which has no run', async () => {
    const { client, ids } = await openEngine()
    await client.close({ timeout: 0 })
    expect(await client.getJobStatus(ids.scheduled.id)).toMatchObject({
      state: 'failed',
      endedAt: expect.any(Date),
      runs: [],
    })
  })

  test('while ended jobs keep their state', async () => {
    const { client, ids } = await openEngine()
    const before = await Promise.all([ids.unhandled, ids.cancelled].map(({ id }) => client.getJobStatus(id)))
    await client.close({ timeout: 0 })
    expect(await Promise.all([ids.unhandled, ids.cancelled].map(({ id }) => client.getJobStatus(id)))).toEqual(before)
    expect((await client.listJobs({ state: 'failed' })).jobs).toHaveLength(4)
    for (const state of ['scheduled', 'queued', 'running', 'retrying'] as const) {
      expect((await client.listJobs({ state })).jobs).toEqual([])
    }
  })

  test('notify their watchers', async () => {
    const { client, ids } = await openEngine()
    const { running, queued, retrying, scheduled } = ids
    const waiting = [running, queued, retrying, scheduled].map(({ id }) => client.waitForJob(id))
    await client.close({ timeout: 0 })
    expect((await Promise.all(waiting)).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'failed'])
  })

  test('with two runs fail only the open run', async () => {
    const quick = defineJob({ id: 'quick', event: 'work.requested', handler: () => 'done' })
    const endless = defineJob({ id: 'endless', event: 'work.requested', handler: () => new Promise(() => undefined) })
    const { client, settle } = createTestEngine({ jobs: [quick, endless], maxRealWaitMs: 5 })
    const { id } = await client.sendJob('work.requested', { tenantId })
    await settle()
    await client.close({ timeout: 0 })
    expect(await client.getJobStatus(id)).toMatchObject({
      state: 'failed',
      runs: [
        { definitionId: 'quick', state: 'completed', output: 'done' },
        { definitionId: 'endless', state: 'failed', error: shutdown },
      ],
    })
  })
})

describe('a second close', () => {
  test('with a shorter timeout shortens the first', async () => {
    const reasons: unknown[] = []
    const job = defineJob({
      id: 'endless',
      event: 'work.requested',
      handler: (_event, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason))),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    const first = engine.client.close({ timeout: '1h' })
    await engine.advance('1m')
    expect(reasons).toEqual([])
    const second = engine.client.close({ timeout: '5s' })
    await engine.advance(4999)
    expect(reasons).toEqual([])
    await engine.advance(1)
    await Promise.all([first, second])
    expect(reasons).toMatchObject([shutdown])
  })
})

describe.runIf(readsTypeScript)('a process that closes its client', together, () => {
  test('while it waits for a job of tomorrow continues and exits', async () => {
    const ended = await runModule(`
      import { createJobClient, defineJob } from '@cgk-platform/jobs-local'
      const job = defineJob({ id: 'work', event: 'order.created', handler: () => undefined })
      const logger = { debug() {}, info() {}, warn() {}, error() {} }
      const client = createJobClient({ jobs: [job], logger })
      const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o' }, { delay: '24h' })
      const waiting = client.waitForJob(id)
      await client.close()
      console.log((await waiting).state, (await client.getJobStatus(id)).state)
    `)
    expect(ended).toEqual({ code: 0, killed: false, stdout: 'failed failed\n', stderr: '' })
  })
})
