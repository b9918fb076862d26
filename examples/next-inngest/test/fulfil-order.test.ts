import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createJobClient, findRun, type JobClient, type JobInput, type RunStatus } from '@cgk-platform/jobs'
import { fulfilOrder } from 'storefront/fulfil-order'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { createAdvanceableClock } from './advanceable-clock.ts'
import { type RunningApp, startApp } from './run-app.ts'

const clock = createAdvanceableClock()
const dayMs = 24 * 60 * 60 * 1000
let engine: LoopbackEngine
let app: RunningApp
let client: JobClient

beforeAll(async () => {
  engine = await createLoopbackEngine({ clock })
  app = await startApp({ INNGEST_DEV: engine.url })
  await engine.sync(`${app.url}/api/inngest`)
  client = createJobClient({ provider: 'inngest', config: { eventKey: 'loopback', baseUrl: engine.url } })
})

afterAll(async () => {
  await client?.close()
  await app?.close()
  await engine?.close()
})

/** An order in the workflow. */
interface Fulfilment {
  /** Waits until a step has a state. */
  reaches(step: string, state: string): Promise<void>
  run(): Promise<RunStatus>
  /** Waits until the run has ended. */
  ends(): Promise<RunStatus>
}

async function accept(orderId: string, order: Partial<JobInput<'order.created'>> = {}): Promise<Fulfilment> {
  const items = [{ sku: '22064', quantity: 2 }]
  const payload = { tenantId: 'norway', orderId, totalAmount: 1000, customerEmail: 'ada@example.com', items, ...order }
  const job = await client.sendJob(fulfilOrder, payload)
  const run = async (): Promise<RunStatus> => findRun(await client.getJobStatus(job.id), fulfilOrder)!
  return {
    run,
    async reaches(id, state) {
      const reached = expect.arrayContaining([expect.objectContaining({ id, state })])
      await vi.waitFor(async () => expect(await run()).toMatchObject({ steps: reached }), { timeout: 20_000 })
    },
    ends: async () => findRun(await client.waitForJob(job.id, { timeout: '20s' }), fulfilOrder)!,
  }
}

/** Returns each step with its state, and the state of its compensation, if any. */
function stepsOf({ steps = [] }: RunStatus): string[] {
  return steps.map(
    ({ id, state, compensation }) => `${id} ${state}${compensation ? `, compensation ${compensation.state}` : ''}`,
  )
}

const packed = ['charge completed', 'pack completed', 'confirm completed']

test('refunds a paid order that is sold out', async () => {
  const order = await accept('4713', { items: [{ sku: '21899', quantity: 1 }] })
  const run = await order.ends()
  expect(run).toMatchObject({ state: 'failed', error: { code: 'step_failed' } })
  expect(stepsOf(run)).toEqual(['charge completed, compensation completed', 'pack failed', 'confirm completed'])
})

test('fails after five declined payments, and has nothing to compensate', async () => {
  const order = await accept('4714', { customerId: '17854' })
  const run = await order.ends()
  expect(run).toMatchObject({ state: 'failed', steps: [{ id: 'charge', state: 'failed', attempts: 5 }] })
  expect(run.steps![0]).not.toHaveProperty('compensation')
})

test('fulfills an order over several days, until its parcel is delivered', async () => {
  const order = await accept('4711')
  await order.reaches('cool-off', 'waiting')
  expect(stepsOf(await order.run())).toEqual([...packed, 'cool-off waiting'])
  clock.advance(dayMs)
  await order.reaches('delivered', 'waiting')
  await client.sendJob('order.delivered', { tenantId: 'norway', orderId: '4712' })
  await client.sendJob('order.delivered', { tenantId: 'france', orderId: '4711' })
  const delivery = await client.sendJob('order.delivered', { tenantId: 'norway', orderId: '4711' })
  const run = await order.ends()
  expect(run).toMatchObject({ state: 'completed', output: { paymentId: expect.stringMatching(/^pay_\d+$/) } })
  expect(stepsOf(run)).toEqual([...packed, 'cool-off completed', 'delivered completed'])
  expect(run.steps!.at(-1)!.output).toMatchObject({ id: delivery.id, payload: { orderId: '4711' } })
})

test('chases a parcel that has not arrived after seven days', async () => {
  const order = await accept('19')
  await order.reaches('cool-off', 'waiting')
  clock.advance(dayMs)
  await order.reaches('delivered', 'waiting')
  clock.advance(7 * dayMs)
  const run = await order.ends()
  expect(run.state).toBe('completed')
  const steps = [...packed, 'cool-off completed', 'delivered completed', 'chase completed']
  // In any order: only the engine's clock advances, so by the app's clock the last step came first.
  expect(new Set(stepsOf(run))).toEqual(new Set(steps))
})
