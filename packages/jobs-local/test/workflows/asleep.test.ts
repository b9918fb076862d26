import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine } from '../../src/testing/index.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createCountingClock } from '../kit/counting-clock.ts'
import { workflow } from '../kit/workflow.ts'

const tenantId = 'acme'

test('a suspended workflow uses no slot of its concurrency', async () => {
  const flow = workflow((_event, step) => step.sleep('nap', '1d'), { concurrency: 1 })
  const engine = createTestEngine({ jobs: [flow], config: { concurrency: 1 } })
  const jobs = await engine.client.sendJobs(
    Array.from({ length: 20 }, () => ({ event: 'work.requested' as const, payload: { tenantId } })),
  )
  await engine.advance('1d')
  const states = await Promise.all(
    jobs.map(async (sent) => sent.ok && (await engine.client.getJobStatus(sent.job.id)).state),
  )
  expect(new Set(states)).toEqual(new Set(['completed']))
})

test('ten thousand suspended workflows use one timer', async () => {
  const clock = createCountingClock(createVirtualClock(0))
  const provider = createLocalProvider({}, { clock, ownTime: true })
  const client = createClient(
    { load: () => provider },
    { jobs: [workflow((_event, step) => step.sleep('nap', '7d'))], clock, logger: createRecordedLogger() },
  )
  await client.sendJobs(
    Array.from({ length: 10_000 }, () => ({ event: 'work.requested' as const, payload: { tenantId } })),
  )
  while (provider.engine!.hasDue || provider.engine!.inFlight.length > 0) await clock.yield()
  expect(clock.pendingMs).toHaveLength(1)
  await client.close({ timeout: 0 })
})

test('closing an engine in memory fails suspended workflows', async () => {
  const engine = createTestEngine({ jobs: [workflow((_event, step) => step.sleep('nap', '1d'))] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  await engine.close()
  const { state, runs } = await engine.client.getJobStatus(id)
  expect([state, runs[0]?.error?.code, runs[0]?.steps?.[0]?.state]).toEqual(['failed', 'shutdown', 'waiting'])
})

test('`runUntilIdle` advances a week for a wait that times out', async () => {
  const flow = workflow(async (_event, step) => {
    const awaited = await step.waitForEvent('none', 'work.requested', { timeout: '7d' })
    return { awaited }
  })
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.runUntilIdle()
  expect(engine.now()).toEqual(new Date('2026-01-08T00:00:00Z'))
  expect((await engine.client.getJobStatus(id)).runs[0]?.output).toEqual({ awaited: null })
})

test('a workflow fails if its definition no longer exists when it wakes', async () => {
  workflow((_event, step) => step.sleep('nap', '1d'))
  const engine = createTestEngine() // with all definitions, as they are at the time of use
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  processJobs().remove('flow')
  await engine.advance('1d')
  const { state, runs } = await engine.client.getJobStatus(id)
  expect([state, runs[0]?.error?.code]).toEqual(['failed', 'definition_not_found'])
})

test('one event resolves every matching wait and is also handled by its jobs', async () => {
  const handled: unknown[] = []
  const job = defineJob({
    id: 'job',
    event: 'order.delivered',
    handler: ({ payload }) => void handled.push(payload.orderId),
  })
  const flow = workflow((_event, step) => step.waitForEvent('delivered', 'order.delivered', { timeout: '1d' }))
  const engine = createTestEngine({ jobs: [flow, job] })
  const [one, two] = [
    await engine.client.sendJob('work.requested', { tenantId }),
    await engine.client.sendJob('work.requested', { tenantId }),
  ]
  const ofOtherTenant = await engine.client.sendJob('work.requested', { tenantId: 'other' })
  await engine.settle()
  const { id } = await engine.client.sendJob('order.delivered', { tenantId, orderId: 'o1' })
  await engine.settle()
  for (const sent of [one, two]) {
    const { state, runs } = await engine.client.getJobStatus(sent.id)
    expect([state, runs[0]?.output]).toMatchObject(['completed', { id, payload: { tenantId, orderId: 'o1' } }])
  }
  expect((await engine.client.getJobStatus(ofOtherTenant.id)).state).toBe('running')
  expect(handled).toEqual(['o1'])
})

test('a delayed event resolves waits when it comes due, and a cancelled one never does', async () => {
  const flow = workflow((_event, step) => step.waitForEvent('delivered', 'order.delivered', { timeout: '10h' }))
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  const first = await engine.client.scheduleJob('order.delivered', { tenantId, orderId: 'o1' }, { delay: '1h' })
  await engine.client.scheduleJob('order.delivered', { tenantId, orderId: 'o2' }, { delay: '2h' })
  await engine.client.cancelJob(first.id)
  await engine.advance('90m')
  expect((await engine.client.getJobStatus(id)).state).toBe('running')
  await engine.advance('30m')
  expect((await engine.client.getJobStatus(id)).runs[0]?.output).toMatchObject({ payload: { orderId: 'o2' } })
})

test.each<[change: string, before: string[], after: string[]]>([
  ['replaced', ['old', 'nap'], ['new', 'nap', 'next', 'last']],
  ['removed', ['old', 'nap'], ['nap', 'next', 'last']],
])(
  '`runUntilIdle` continues after a new version of the code has %s a completed step',
  async (_change, before, after) => {
    let ids = before
    const flow = workflow(async (_event, step) => {
      for (const id of ids) await (id === 'nap' ? step.sleep(id, '1h') : step.run(id, () => id))
      return ids
    })
    const engine = createTestEngine({ jobs: [flow] })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    ids = after
    await engine.runUntilIdle()
    const [run] = (await engine.client.getJobStatus(id)).runs
    expect([run?.state, run?.output]).toEqual(['completed', after])
    await engine.close()
  },
)
