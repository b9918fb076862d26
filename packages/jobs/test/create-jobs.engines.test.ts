import { createJobs, eventType, getJobClient } from '@cgk-platform/jobs'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { afterEach, expect, test } from 'vitest'

const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const [eventKey, signingKey] = ['event-key', `signkey-test-${'12345678'.repeat(8)}`]

test('two `createJobs` on two engines share nothing, and a handler sends to its own engine', async () => {
  const engine = await createLoopbackEngine({ eventKey, signingKey })
  const config = { appId: 'shop', baseUrl: engine.url, isDev: false, eventKey, signingKey }
  const events = { 'cart.left': eventType<{ cartId: string }>() }
  const shop = createJobs({ events, provider: 'inngest', config, logger: silent })
  const office = createJobs({
    events: { 'cart.left': eventType<{ desk: number }>() },
    provider: 'local',
    logger: silent,
  })
  closing.push(shop.close, office.close, () => engine.close())
  const own: boolean[] = []
  let shipped = ''
  shop.defineJob({ id: 'ship', event: 'order.created', handler: () => 'shipped' })
  shop.defineJob({
    id: 'remind',
    event: 'cart.left',
    handler: async ({ payload }) => {
      own.push(getJobClient() === shop.client)
      ;({ id: shipped } = await shop.sendJob('order.created', { tenantId: 'acme', orderId: payload.cartId }))
      await office.sendJob('cart.left', { tenantId: 'acme', desk: 7 })
      return payload.cartId
    },
  })
  office.defineJob({ id: 'remind', event: 'cart.left', handler: ({ payload }) => payload.desk })
  await shop.start()
  const { id } = await shop.sendJob('cart.left', { tenantId: 'acme', cartId: 'c1' })
  expect(await shop.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'c1' }] })
  expect(own).toEqual([true])
  const { jobs } = await office.listJobs()
  expect(await Promise.all(jobs.map((job) => office.waitForJob(job.id)))).toMatchObject([{ runs: [{ output: 7 }] }])
  expect(await shop.waitForJob(shipped)).toMatchObject({ runs: [{ output: 'shipped' }] })
})

test('a test engine runs the jobs of `createJobs`', async () => {
  const shop = createJobs({ events: { 'cart.left': eventType<{ cartId: string }>() }, provider: 'local' })
  closing.push(shop.close)
  const remind = shop.defineJob({
    id: 'remind',
    event: 'cart.left',
    handler: async ({ payload }) => {
      if (payload.cartId === 'c1') await shop.sendJob('cart.left', { tenantId: 'acme', cartId: 'c2' })
    },
  })
  for (const jobs of [shop, [remind]]) {
    const engine = createTestEngine({ jobs })
    closing.push(engine.close)
    await engine.run(() => shop.sendJob('cart.left', { tenantId: 'acme', cartId: 'c1' }))
    await engine.runUntilIdle()
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['completed', 'completed'])
  }
})

test('cron jobs of `createJobs` tick on the engine that runs its jobs', async () => {
  const shop = createJobs({ provider: 'local', logger: silent })
  closing.push(shop.close)
  shop.defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => 'done' })
  const engine = createTestEngine({ jobs: shop })
  closing.push(engine.close)
  await engine.settle()
  await engine.advance('2d')
  expect(engine.attempts.map(({ definitionId }) => definitionId)).toEqual(['nightly', 'nightly'])
  expect(await shop.client.inspect.listDefinitions()).toMatchObject([{ id: 'nightly', cron: { timezone: 'UTC' } }])
})
