import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { eventType } from '../events/event-type.ts'
import { findRun } from '../runs/find-run.ts'
import type { Definition, JobOutput } from '../jobs/definition.ts'
import type { JobStatus } from '../status/job-status.ts'
import { createJobClient } from './create-job-client.ts'
import { createJobs, type Jobs } from './create-jobs.ts'

declare const status: JobStatus

const shop = createJobs({
  events: {
    'cart.left': eventType<{ tenantId: string; cartId: string }>(),
    'cart.paid': z.object({ cartId: z.string(), cents: z.coerce.number<string>() }),
  },
})
const cart = { tenantId: 'acme', cartId: 'c1' }

const remind = shop.defineJob({
  id: 'remind',
  event: 'cart.left',
  handler: async ({ name, payload, sentAt }, { tenantId, attempt }) => {
    expectTypeOf(name).toEqualTypeOf<'cart.left'>()
    expectTypeOf(payload).toEqualTypeOf<{ tenantId: string; cartId: string }>()
    expectTypeOf([sentAt, tenantId, attempt]).toEqualTypeOf<(Date | string | number)[]>()
    return { reminded: payload.cartId }
  },
  onFailure: (_error, { payload }) => void expectTypeOf(payload.cartId).toEqualTypeOf<string>(),
})
const crop = shop.defineJob({
  id: 'crop',
  payload: eventType<{ left: number }>(),
  handler: ({ payload }) => payload.left,
})
const count = shop.defineBatchJob({
  id: 'count',
  event: 'cart.paid',
  maxSize: 10,
  maxWait: '5s',
  handler: (events, { tenantId }) => {
    expectTypeOf(tenantId).toEqualTypeOf<string>()
    return events.map(({ payload }) => payload.cents)
  },
})
const recover = shop.defineWorkflow({
  id: 'recover',
  event: 'cart.left',
  steps: async ({ payload }, step) => {
    expectTypeOf(payload.cartId).toEqualTypeOf<string>()
    const paid = await step.waitForEvent('paid', 'cart.paid', { match: 'cartId', timeout: '1d' })
    expectTypeOf(paid?.payload.cents).toEqualTypeOf<number | undefined>()
    await step.waitForEvent('exact', 'cart.paid', { match: { cartId: 'c1' }, timeout: '1d' })
    await step.sendEvent('again', 'cart.left', { cartId: 'c1' })
    await step.sendEvent('crop', crop, { left: 5 })
    expectTypeOf(step.runJob('remind', remind, { cartId: 'c1' })).toEqualTypeOf<Promise<{ reminded: string }>>()
    expectTypeOf(step.runJob('cropped', crop, { left: 5 })).toEqualTypeOf<Promise<number>>()
    // @ts-expect-error -- no event of the shop
    await step.waitForEvent('x', 'cart.lost', { timeout: '1d' })
    // @ts-expect-error -- not a field of both payloads
    await step.waitForEvent('x', 'cart.paid', { match: 'cents', timeout: '1d' })
    // @ts-expect-error -- another type
    await step.sendEvent('x', 'cart.left', { cartId: 5 })
    // @ts-expect-error -- another type
    await step.runJob('x', remind, { cartId: 5 })
    return step.run('done', () => payload.cartId)
  },
})
const nightly = shop.defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler: () => 'done' })

describe('the jobs of `createJobs`', () => {
  test('are definitions with outputs', () => {
    expectTypeOf<JobOutput<typeof remind>>().toEqualTypeOf<{ reminded: string }>()
    expectTypeOf<JobOutput<typeof recover>>().toEqualTypeOf<string>()
    expectTypeOf(findRun(status, count)?.output).toEqualTypeOf<number | undefined>()
    expectTypeOf(remind.event).toEqualTypeOf<'cart.left'>()
    const all: Definition[] = [remind, crop, count, recover, nightly]
    void createJobClient({ jobs: all })
    void createJobClient({ jobs: shop })
    void createJobClient({ jobs: [remind] })
  })

  test('handle built-in events', () => {
    shop.defineJob({
      id: 'thank',
      event: 'order.created',
      handler: ({ payload }) => void expectTypeOf(payload.orderId).toEqualTypeOf<string>(),
    })
  })

  test('handle no other events', () => {
    // @ts-expect-error -- no event of the shop
    shop.defineJob({ id: 'x', event: 'cart.lost', handler: () => undefined })
    // @ts-expect-error -- both
    shop.defineJob({ id: 'x', event: 'cart.left', payload: eventType<object>(), handler: () => undefined })
    // @ts-expect-error -- neither
    shop.defineJob({ id: 'x', handler: () => undefined })
    // @ts-expect-error -- an unknown option
    shop.defineJob({ id: 'x', event: 'cart.left', retries: 5, handler: () => undefined })
  })
})

describe('the sends of `createJobs`', () => {
  test('take its events with their payloads', () => {
    const sent = shop.sendJob('cart.left', cart)
    expectTypeOf<Awaited<typeof sent>['event']>().toEqualTypeOf<'cart.left'>()
    void shop.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
    void shop.scheduleJob('cart.paid', { ...cart, cents: '5' }, { delay: '1h' })
    void shop.sendJob(crop, { tenantId: 'acme', left: 5 })
    void crop.send({ tenantId: 'acme', left: 5 })
    void shop.sendJobs([
      { event: crop, payload: { tenantId: 'acme', left: 5 } },
      { event: 'cart.left', payload: cart },
      { event: 'cart.paid', payload: { ...cart, cents: '5' } },
    ])
    void shop.forTenant('acme').sendJobs([
      { event: crop, payload: { left: 5 } },
      { event: 'cart.left', payload: { cartId: 'c1' } },
    ])
    void shop.forTenant('acme').sendJob('cart.left', { cartId: 'c1' })
    void shop.listJobs({ event: 'cart.left', state: 'failed' })
    void shop.listJobs({ event: crop.event })
    void shop.listJobs({ event: 'signal/approval' })
    void shop.forTenant('acme').cancelJobs({ event: 'cart.paid', reference: 'c1' })
    // @ts-expect-error -- no event of the shop
    void shop.listJobs({ event: 'cart.lost' })
    // @ts-expect-error -- no event of the shop
    void shop.sendJob('cart.lost', cart)
    // @ts-expect-error -- another type
    void shop.sendJob('cart.left', { tenantId: 'acme', cartId: 5 })
    // @ts-expect-error -- no tenant
    void shop.sendJob('cart.left', { cartId: 'c1' })
    // @ts-expect-error -- another type
    void shop.sendJobs([{ event: 'cart.left', payload: { tenantId: 'acme', cartId: 5 } }])
    // @ts-expect-error -- another type
    void shop.forTenant('acme').sendJob('cart.left', { cartId: 5 })
    // @ts-expect-error -- another type
    void shop.forTenant('acme').sendJobs([{ event: 'cart.left', payload: { cartId: 5 } }])
  })

  test('take built-in events without events of its own', () => {
    const plain = createJobs()
    void plain.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
    // @ts-expect-error -- no event
    void plain.sendJob('cart.left', cart)
    expectTypeOf(plain.client.sendJob).toBeFunction()
  })

  test('take an event in the place of a built-in one', () => {
    const own = createJobs({ events: { 'order.created': eventType<{ tenantId: string; number: number }>() } })
    void own.sendJob('order.created', { tenantId: 'acme', number: 5 })
    // @ts-expect-error -- the payload of the built-in event
    void own.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  })
})

test('any jobs fit where jobs are taken', () => {
  expectTypeOf(shop).toExtend<Pick<Jobs, 'client' | 'definitions' | 'start' | 'close' | 'getJobStatus'>>()
  // @ts-expect-error -- define the jobs with the result
  createJobs({ jobs: [] })
})
