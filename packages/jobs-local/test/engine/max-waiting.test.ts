import {
  defineCronJob,
  defineJob,
  defineSignal,
  defineWorkflow,
  eventType,
  type JobEvent,
} from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const event = 'analytics.track' as const
const of = (tenantId: string) => ({ tenantId, event: 'opened' })
const later = { delay: '1h' } as const

test('a limit over all tenants refuses a send, and names the limit and the remedy', async () => {
  const { client } = createTestEngine({ jobs: [], maxWaiting: { limit: 2 } })
  await client.sendJob(event, of('acme'), later)
  await client.sendJob(event, of('globex'), later)
  await expect(client.sendJob(event, of('initech'), later)).rejects.toMatchObject({
    name: 'TooManyWaitingError',
    code: 'too_many_waiting',
    option: 'limit',
    limit: 2,
    message:
      '`analytics.track` was not sent: 2 or more jobs wait, and `maxWaiting.limit` is 2. ' +
      'Send it again when some have started, or raise the limit.',
  })
})

test('an item of a batch that repeats the key of another one needs no place', async () => {
  const { client } = createTestEngine({ jobs: [], maxWaiting: { limit: 2 } })
  const items = ['a', 'a', 'b', 'c', 'b'].map((idempotencyKey) => ({
    event,
    payload: of('acme'),
    options: { ...later, idempotencyKey },
  }))
  const results = await client.sendJobs(items)
  expect(results.map((result) => (result.ok ? result.job.deduplicated : result.error.code))).toEqual([
    false,
    true,
    false,
    'too_many_waiting',
    true,
  ])
})

test('signals are never refused', async () => {
  const stop = defineSignal('max-waiting.stop', eventType<object>())
  const work = defineWorkflow({
    id: 'stoppable',
    event,
    steps: async (_event, step) => (await step.waitForSignal('stop', stop, { timeout: '1d' })) !== null,
  })
  const engine = createTestEngine({ jobs: [work], maxWaiting: { perTenant: 1 } })
  const { id } = await engine.client.sendJob(event, of('acme'))
  await engine.settle()
  await engine.client.sendJob(event, of('acme'), later)
  await engine.client.signalJob(id, stop, {})
  await engine.settle()
  expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [{ output: true }] })
})

test('retries are never refused', async () => {
  let fails = true
  const work = defineJob({
    id: 'work',
    event,
    retry: { maxAttempts: 2 },
    handler: () => {
      if (fails) throw new Error('busy')
    },
  })
  const { client, advance, settle } = createTestEngine({ jobs: [work], maxWaiting: { limit: 1 } })
  const { id } = await client.sendJob(event, of('acme'))
  await advance('1m')
  await client.sendJob(event, of('acme'), later)
  expect(await client.getJobStatus(id)).toMatchObject({ state: 'failed', runs: [{ attempts: 2 }] })
  fails = false
  await client.retryJob(id)
  await settle()
  expect(await client.getJobStatus(id)).toMatchObject({ state: 'completed' })
})

test('a step that sends is retried until there is a place', async () => {
  const workflow = defineWorkflow({
    id: 'flow',
    event: 'order.created',
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '40m', maxDelay: '40m' },
    steps: async ({ payload: { tenantId } }, step) => {
      await step.sleep('first', '1m')
      await step.sendEvent('tell', event, of(tenantId))
    },
  })
  const { client, advance, sent } = createTestEngine({ jobs: [workflow], maxWaiting: { perTenant: 1 } })
  const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'order_1' })
  await advance('30s')
  const { id: waiting } = await client.sendJob(event, of('acme'), { delay: '1d' })
  await advance('31s')
  expect((await client.getJobStatus(id)).runs[0]?.steps).toMatchObject([
    { state: 'completed' },
    { state: 'retrying', error: { name: 'TooManyWaitingError' } },
  ])
  await client.cancelJob(waiting)
  await advance('1h')
  expect(await client.getJobStatus(id)).toMatchObject({ state: 'completed' })
  expect(sent.map((one) => one.event)).toEqual(['order.created', event, event])
})

describe('the jobs of a tick', () => {
  test('over the limit of a tenant are sent when there is a place, those of others at once', async () => {
    const ran: string[] = []
    const cron = defineCronJob({
      id: 'report',
      schedule: '0 * * * *',
      tenants: () => ['acme', 'full'],
      retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '10m', maxDelay: '10m' },
      handler: ({ tenantId }) => void ran.push(tenantId),
    })
    const logger = createRecordedLogger()
    const { client, advance } = createTestEngine({ jobs: [cron], maxWaiting: { perTenant: 1 }, logger })
    const { id } = await client.sendJob(event, of('full'), { delay: '1d' })
    await advance('61m')
    expect(ran).toEqual(['acme'])
    expect(logger.lines.some(({ fields }) => JSON.stringify(fields).includes('TooManyWaitingError'))).toBe(true)
    await client.cancelJob(id)
    await advance('15m')
    expect(ran).toEqual(['acme', 'full'])
  })

  test('fail the job that sends them if there is none until its last attempt', async () => {
    const failures: string[] = []
    const cron = defineCronJob({
      id: 'failing-report',
      schedule: '0 * * * *',
      tenants: () => ['full'],
      retry: { maxAttempts: 1 },
      handler: () => undefined,
      onFailure: ({ name }) => void failures.push(name),
    })
    const { client, advance } = createTestEngine({ jobs: [cron], maxWaiting: { perTenant: 1 } })
    await client.sendJob(event, of('full'), { delay: '1d' })
    await advance('61m')
    const { jobs } = await client.forSystem().listJobs({ event: 'cron/failing-report' as JobEvent })
    expect(jobs).toMatchObject([{ state: 'failed' }])
    expect(failures).toEqual(['TooManyWaitingError'])
  })
})

test.each([
  [{ limit: 0 }, 'maxWaiting.limit'],
  [{ perTenant: 1.5 }, 'maxWaiting.perTenant'],
  [{ perKey: 1 }, 'maxWaiting.perKey'],
  [5, 'maxWaiting'],
])('%j is refused', (maxWaiting, option) => {
  expect(() => createTestEngine({ maxWaiting: maxWaiting as object })).toThrow(
    expect.objectContaining({ code: 'invalid_option', option }),
  )
})
