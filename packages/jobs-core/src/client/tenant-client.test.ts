import { beforeEach, describe, expect, test } from 'vitest'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import { createClient } from './create-client.ts'
import type { TenantClient } from './job-client.ts'

defineEvents({ 'tenant.note': eventType() })

let fake: FakeProvider
let acme: TenantClient
beforeEach(() => {
  fake = createFakeProvider()
  acme = createClient({ load: () => fake }, { jobs: [] }).forTenant('acme')
})

const order = { orderId: 'order_1' }

describe('a client of one tenant', () => {
  test('takes a payload that names it, and leaves the payload as it was', async () => {
    const payload = Object.freeze({ orderId: 'order_1' })
    await acme.sendJob('order.created', payload)
    await acme.sendJob('order.created', { ...payload, tenantId: 'acme' })
    expect(payload).toEqual({ orderId: 'order_1' })
    expect(fake.sent).toHaveLength(2)
  })

  test.each(['globex', '', null, 5])('refuses a payload that names %j', async (tenantId) => {
    const mismatch = { code: 'tenant_mismatch', tenantId: 'acme', message: expect.stringContaining('`order.created`') }
    const payload = { ...order, tenantId }
    await expect(untyped(acme).sendJob('order.created', payload)).rejects.toMatchObject(mismatch)
    await expect(untyped(acme).scheduleJob('order.created', payload, { delay: 5 })).rejects.toMatchObject(mismatch)
    expect(await untyped(acme).sendJobs([{ event: 'order.created', payload }])).toMatchObject([
      { ok: false, error: mismatch },
    ])
    expect(fake.sent).toEqual([])
  })

  test.each([undefined, null, {}])('refuses %j for a list', async (items) => {
    await expect(untyped(acme).sendJobs(items)).rejects.toMatchObject({ code: 'invalid_option', option: 'items' })
  })

  test('answers for many in order, also where it refuses some itself', async () => {
    const results = await acme.sendJobs([
      { event: 'order.created', payload: { ...order, tenantId: 'globex' } },
      { event: 'order.created', payload: order },
      { event: 'order.created', payload: { orderId: '' } },
      { event: 'order.created', payload: null as never },
      null as never,
      { event: 'order.refunded', payload: order },
    ])
    expect(results.map((result) => (result.ok ? result.job.event : result.error.code))).toEqual([
      'tenant_mismatch',
      'order.created',
      'payload_invalid',
      'invalid_option',
      'invalid_option',
      'order.refunded',
    ])
  })

  test.each([undefined, null, 'order_1', 5, ['order_1'], new Date(0)])('refuses %j for a payload', async (payload) => {
    await expect(untyped(acme).sendJob('order.created', payload)).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'payload',
    })
  })

  test('refuses what is no plain data as the other client does', async () => {
    class Note {
      text = 'x'
    }
    const broken = {
      get text(): never {
        throw new Error('No.')
      },
    }
    for (const payload of [new Note(), new Map([['a', 1]]), { [Symbol('hidden')]: 1 }, broken]) {
      const error = { code: 'not_serializable' }
      await expect(untyped(acme).sendJob('tenant.note', payload)).rejects.toMatchObject(error)
      expect(await untyped(acme).sendJobs([{ event: 'tenant.note', payload }])).toMatchObject([{ ok: false, error }])
    }
    expect(fake.sent).toEqual([])
  })
})

test('another tenant’s job does not exist for it, whatever is asked of it', async () => {
  fake.jobs.set('job_1', jobStatus({ tenantId: 'globex', state: 'failed' }))
  for (const call of [acme.getJobStatus, acme.cancelJob, acme.retryJob, acme.waitForJob]) {
    const [theirs, unknown] = await Promise.allSettled([call('job_1'), call('job_9')])
    if (theirs.status !== 'rejected' || unknown.status !== 'rejected') throw new Error('It was not refused.')
    expect(theirs.reason).toMatchObject({ code: 'job_not_found', jobId: 'job_1' })
    expect(theirs.reason.message.replace('job_1', 'job_9')).toBe(unknown.reason.message)
  }
  expect(fake.calls).toEqual([])
})
