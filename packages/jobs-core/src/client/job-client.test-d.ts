import { describe, expectTypeOf, test } from 'vitest'

import type { JobClient, ListOptions, TenantClient } from './job-client.ts'
import { scheduleJob, sendJob, sendJobs } from './module-functions.ts'
import type { JobHandle, SendResult } from '../sends/send-options.ts'

declare const client: JobClient
declare const acme: TenantClient
const order = { tenantId: 'acme', orderId: 'order_1' }

describe('a send', () => {
  test('accepts the calls of the specification', () => {
    const handle = sendJob('order.created', {
      tenantId: 'tenant_123',
      orderId: 'order_456',
      totalAmount: 9999,
      currency: 'USD',
      customerEmail: 'customer@example.com',
    })
    expectTypeOf(handle).toEqualTypeOf<Promise<JobHandle<'order.created'>>>()
    void client.sendEvent('order.created', { tenantId: 'tenant_123', orderId: 'order_456' })
    void scheduleJob(
      'email.send',
      { tenantId: 'tenant_123', type: 'order_followup', recipientEmail: 'customer@example.com', orderId: 'order_456' },
      { delay: 24 * 60 * 60 * 1000 },
    )
  })

  test('requires a tenant', () => {
    // @ts-expect-error -- `tenantId` is not a number
    void sendJob('order.created', { tenantId: 5, orderId: 'order_1' })
    // @ts-expect-error -- `tenantId` may be missing
    void sendJob('order.created', { tenantId: process.env['TENANT'], orderId: 'order_1' })
  })

  test('requires the fields of its event, with their types', () => {
    // @ts-expect-error -- an item has a quantity
    void sendJob('order.created', { ...order, items: [{ sku: 'MUG' }] })
    // @ts-expect-error -- these are fields of another event
    void sendJob('email.send', order)
  })

  test('requires a declared event', () => {
    // @ts-expect-error -- events of cron jobs cannot be sent
    void sendJob('cron/nightly', order)
    const name: string = 'order.created'
    // @ts-expect-error -- any string
    void sendJob(name, order)
  })

  test('accepts fields that are `undefined`', () => {
    const maybe = undefined as string | undefined
    void sendJob('order.created', { ...order, customerEmail: maybe })
    void sendJob('order.created', order, { idempotencyKey: maybe, delay: undefined })
  })

  test('accepts only its options', () => {
    void sendJob('order.created', order, { delay: '1.5h', idempotencyKey: 'k', idempotencyTtl: '7d', maxAttempts: 5 })
    // @ts-expect-error -- not a duration
    void sendJob('order.created', order, { delay: 'soon' })
    // @ts-expect-error -- an unknown unit
    void sendJob('order.created', order, { delay: '5min' })
    // @ts-expect-error -- a Date
    void sendJob('order.created', order, { runAt: '2026-03-01' })
    // @ts-expect-error -- an unknown option
    void sendJob('order.created', order, { urgency: 1 })
  })
})

describe('an event of the app', () => {
  test('is sent with the input type of its schema', () => {
    void sendJob('video.dated', { tenantId: 'acme', at: new Date() })
    void sendJob('video.dated', { tenantId: 'acme', at: '2026-03-01T12:00:00Z' })
    void sendJob('project.created', { tenantId: 'acme', projectId: 'p1', members: ['ada'] })
    // @ts-expect-error -- neither a date nor a string
    void sendJob('video.dated', { tenantId: 'acme', at: 5 })
    // @ts-expect-error -- `members` is an array
    void sendJob('project.created', { tenantId: 'acme', projectId: 'p1', members: 'ada' })
  })
})

describe('scheduleJob', () => {
  test('requires exactly one of `delay` and `runAt`', () => {
    void scheduleJob('order.created', order, { runAt: new Date() })
    void client.scheduleJob('order.created', order, { delay: '24h', idempotencyKey: 'k' })
    // @ts-expect-error -- no time
    void scheduleJob('order.created', order)
    // @ts-expect-error -- no time
    void scheduleJob('order.created', order, {})
    // @ts-expect-error -- `undefined` is not a time
    void scheduleJob('order.created', order, { delay: undefined })
    // @ts-expect-error -- only one of them
    void scheduleJob('order.created', order, { delay: '5s', runAt: new Date() })
  })
})

describe('sendJobs', () => {
  test('accepts items of several events, each with its payload', () => {
    const results = sendJobs([
      { event: 'order.created', payload: order },
      { event: 'project.created', payload: { tenantId: 'acme', projectId: 'p1' }, options: { delay: '5s' } },
    ])
    expectTypeOf(results).toEqualTypeOf<Promise<SendResult[]>>()
    // @ts-expect-error -- the payload of another event
    void sendJobs([{ event: 'email.send', payload: order }])
    // @ts-expect-error -- `tenantId` is missing
    void client.sendJobs([{ event: 'order.created', payload: { orderId: 'order_1' } }])
  })

  test('returns results whose `ok` must be checked', () => {
    void sendJobs([]).then(([result]) => {
      // @ts-expect-error -- it may have failed
      void result?.job.id
      if (result?.ok) expectTypeOf(result.job.id).toEqualTypeOf<string>()
      else expectTypeOf(result?.error.code).toEqualTypeOf<string | undefined>()
    })
  })
})

describe('a client of one tenant', () => {
  test('accepts payloads without the tenant', () => {
    const handle = acme.sendJob('order.created', { orderId: 'order_1', currency: 'USD' })
    expectTypeOf(handle).toEqualTypeOf<Promise<JobHandle<'order.created'>>>()
    void acme.sendJob('order.created', order)
    void acme.scheduleJob('video.dated', { at: new Date() }, { delay: '5s' })
    void acme.sendJobs([{ event: 'project.created', payload: { projectId: 'p1' } }])
    expectTypeOf(client.forTenant).toEqualTypeOf<(tenantId: string) => TenantClient>()
  })

  test('requires the other fields', () => {
    // @ts-expect-error -- `orderId` is missing
    void acme.sendJob('order.created', {})
    // @ts-expect-error -- `orderId` is a string
    void acme.sendJob('order.created', { orderId: 5 })
    // @ts-expect-error -- `curency` is misspelled
    void acme.sendJob('order.created', { orderId: 'order_1', curency: 'USD' })
    // @ts-expect-error -- an unknown event
    void acme.sendJob('order.crated', { orderId: 'order_1' })
    // @ts-expect-error -- no time
    void acme.scheduleJob('order.created', { orderId: 'order_1' }, {})
    // @ts-expect-error -- `tenantId` is fixed
    void acme.listJobs({ tenantId: 'globex' })
    const options: ListOptions = { tenantId: 'globex' }
    // @ts-expect-error -- also in a variable
    void acme.listJobs(options)
  })
})

describe('listJobs', () => {
  test('accepts only known states and events as filters', () => {
    void client.listJobs({ tenantId: 'acme', state: 'failed', event: 'cron/nightly', limit: 5 })
    // @ts-expect-error -- an unknown state
    void client.listJobs({ state: 'done' })
    // @ts-expect-error -- an unknown event
    void client.listJobs({ event: 'order.crated' })
  })
})

describe('pauseJobs', () => {
  test('accepts one definition or one tenant', () => {
    void client.pauseJobs({ definitionId: 'send-email' })
    void client.resumeJobs({ tenantId: 'acme' })
    void acme.pauseJobs()
    // @ts-expect-error -- neither
    void client.pauseJobs({})
    // @ts-expect-error -- both
    void client.pauseJobs({ definitionId: 'send-email', tenantId: 'acme' })
    const user: { tenantId?: string } = {}
    // @ts-expect-error -- perhaps no tenant
    void client.pauseJobs({ tenantId: user.tenantId })
    // @ts-expect-error -- the tenant is fixed
    void acme.pauseJobs({ tenantId: 'acme' })
  })
})
