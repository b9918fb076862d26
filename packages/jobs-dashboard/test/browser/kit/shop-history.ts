import { type Definition, defineCronJob, defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs-local/testing'

import { declareEvents } from './events.ts'

declareEvents()

const tenants = ['acme', 'bolt', 'coda', 'delta']
const hourMs = 3_600_000

/** Returns numbers from 0 to 1 that look random and are the same in each process. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** The last hour of a shop, in virtual time that ends now. For screenshots. */
export async function simulateShop(): Promise<TestEngine> {
  const random = createRandom(7)
  const engine = createTestEngine({
    startAt: new Date(Date.now() - hourMs),
    jobs: shopJobs(random, (ms) => work(ms)),
    maxRealWaitMs: 1, // handlers wait for virtual time only
    random,
  })
  const pending: { at: number; done: () => void }[] = []
  // Attempts take virtual time: they wait for the clock, which `advance` moves past them.
  function work(ms: number): Promise<void> {
    return new Promise((resolve) => pending.push({ at: engine.now().getTime() + ms, done: resolve }))
  }
  const advance = async (ms: number): Promise<void> => {
    const until = engine.now().getTime() + ms
    for (;;) {
      pending.sort((a, b) => a.at - b.at)
      const next = pending[0]
      if (!next || next.at > until) break
      pending.shift()
      await engine.advance(Math.max(1, next.at - engine.now().getTime()))
      next.done()
      await engine.settle()
    }
    await engine.advance(Math.max(1, until - engine.now().getTime()))
  }
  let order = 4711
  for (let minute = 0; minute < 60; minute++) {
    const rush = minute > 34 && minute < 46 ? 3 : 1
    const orders = Math.round((3 + random() * 4) * rush)
    for (let at = 0; at < orders; at++) {
      const tenantId = tenants[Math.floor(random() ** 2 * tenants.length)]!
      const orderId = `order_${(order += 1)}`
      const options = { reference: orderId }
      const { sendJob } = engine.client.forTenant(tenantId)
      const to = `${orderId}@example.com`
      await sendJob(
        'order.placed',
        { orderId, total: Math.round(random() * 20_000) / 100, items: items(random) },
        options,
      )
      if (random() < 0.6) await sendJob('order.paid', { orderId }, options)
      if (random() < 0.3) await sendJob('mail.requested', { to, template: 'receipt' }, options)
      if (random() < 0.06) await sendJob('mail.requested', { to, template: 'review' }, { ...options, delay: '24h' })
    }
    await advance(60_000)
  }
  return engine
}

function items(random: () => number): { sku: string; quantity: number }[] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    sku: `sku-${100 + Math.floor(random() * 900)}`,
    quantity: 1 + Math.floor(random() * 4),
  }))
}

function shopJobs(random: () => number, work: (ms: number) => Promise<void>): Definition[] {
  return [
    defineJob({
      id: 'confirm-order',
      event: 'order.placed',
      retry: { maxAttempts: 4, initialDelay: '20s' },
      concurrency: { limit: 10, perTenant: 3 },
      handler: async () => {
        await work(200 + random() * 3000)
        if (random() < 0.09) {
          throw Object.assign(new Error('The mail server answered 421: too many connections'), {
            code: 'EMAIL_BUSY',
            cause: new TypeError('socket hang up'),
          })
        }
        return { sent: true }
      },
    }),
    defineWorkflow({
      id: 'fulfil-order',
      event: 'order.paid',
      steps: async ({ payload }, step) => {
        const payment = await step.run('charge', async () => (await work(800 + random() * 2000), { id: 'pay_93' }), {
          compensate: () => work(600),
          retry: { maxAttempts: 3, initialDelay: '5s' },
        })
        await Promise.all([
          step.run('pack', async () => (await work(20_000 + random() * 40_000), { parcel: payload.orderId }), {
            compensate: () => work(900),
          }),
          step.run('print-label', () => work(1500)),
          step.run('reserve-courier', () => work(4000 + random() * 5000)),
        ])
        await step.sleep('cool-off', '2m')
        await step.run(
          'ship',
          async () => {
            await work(3000)
            if (random() < 0.12) throw new Error('The courier does not take parcels over 30 kg')
          },
          { retry: { maxAttempts: 2, initialDelay: '10s' } },
        )
        const delivered = await step.waitForEvent('delivered', 'parcel.delivered', { timeout: '4m' })
        return { paymentId: payment.id, delivered: delivered !== null }
      },
    }),
    defineJob({
      id: 'send-email',
      event: 'mail.requested',
      throttle: { limit: 20, period: '1m' },
      handler: async () => {
        await work(100 + random() * 900)
        if (random() < 0.05) throw new Error('550: the mailbox does not exist')
      },
      retry: { maxAttempts: 1 },
    }),
    defineCronJob({
      id: 'sync-stock',
      schedule: '*/10 * * * *',
      timezone: 'Europe/Berlin',
      handler: () => work(9000 + random() * 30_000),
    }),
    defineCronJob({ id: 'nightly-report', schedule: '0 3 * * *', timezone: 'UTC', handler: () => work(1000) }),
  ]
}
