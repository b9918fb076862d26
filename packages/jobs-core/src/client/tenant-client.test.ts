import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import type { JobPage, ListQuery } from '../provider/job-page.ts'
import { createClient } from './create-client.ts'
import type { JobClient, TenantClient } from './job-client.ts'

defineEvents({ 'tenant.note': eventType() })

let fake: FakeProvider
let client: JobClient
let acme: TenantClient
const list = vi.fn<(query: ListQuery) => Promise<JobPage>>(async () => ({ jobs: [] }))
beforeEach(() => {
  list.mockClear()
  fake = createFakeProvider({ list })
  client = createClient({ load: () => fake }, { jobs: [] })
  acme = client.forTenant('acme')
})

const order = { orderId: 'order_1' }

describe('a client of one tenant', () => {
  test('knows its tenant, and sends it along', async () => {
    expect(acme.tenantId).toBe('acme')
    expect(await acme.sendJob('order.created', order)).toMatchObject({ event: 'order.created', tenantId: 'acme' })
    await acme.scheduleJob('order.created', order, { delay: '5s' })
    await acme.sendJobs([{ event: 'order.created', payload: order, options: { maxAttempts: 1 } }])
    expect(fake.sent.map(({ tenantId, payload }) => [tenantId, payload])).toEqual(
      [1, 2, 3].map(() => ['acme', { tenantId: 'acme', orderId: 'order_1' }]),
    )
    expect(fake.sent[1]).toHaveProperty('runAt')
    expect(fake.sent[2]).toMatchObject({ maxAttempts: 1 })
  })

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

  test.each(['', ' ', 'system', undefined, null, 5])('cannot be had for the tenant %j', (tenantId) => {
    expect(() => client.forTenant(tenantId as string)).toThrow(
      expect.objectContaining({ code: 'invalid_option', option: 'tenantId' }),
    )
  })
})

describe('another tenant’s job does not exist for it', () => {
  test('whatever is asked of it', async () => {
    fake.jobs.set('job_1', jobStatus({ tenantId: 'globex', state: 'failed' }))
    for (const call of [acme.getJobStatus, acme.cancelJob, acme.retryJob, acme.waitForJob]) {
      const [theirs, unknown] = await Promise.allSettled([call('job_1'), call('job_9')])
      if (theirs.status !== 'rejected' || unknown.status !== 'rejected') throw new Error('It was not refused.')
      expect(theirs.reason).toMatchObject({ code: 'job_not_found', jobId: 'job_1' })
      expect(theirs.reason.message.replace('job_1', 'job_9')).toBe(unknown.reason.message)
    }
    expect(fake.calls).toEqual([])
  })

  test('while its own does', async () => {
    fake.jobs.set('job_1', jobStatus({ state: 'failed' }))
    expect(await acme.getJobStatus('job_1')).toMatchObject({ state: 'failed' })
    expect(await acme.cancelJob('job_1')).toMatchObject({ state: 'failed' })
    expect(await acme.waitForJob('job_1')).toMatchObject({ state: 'failed' })
    expect(await acme.retryJob('job_1')).toMatchObject({ id: 'job_1' })
    expect(fake.calls).toEqual(['retry job_1'])
  })

  test('nor in its lists, whatever tenant they are asked for', async () => {
    await acme.listJobs({ state: 'failed', limit: 5 })
    await untyped(acme).listJobs({ tenantId: 'globex' })
    await acme.listJobs()
    expect(list.mock.calls).toEqual([
      [{ tenantId: 'acme', state: 'failed', limit: 5 }],
      [{ tenantId: 'acme', limit: 50 }],
      [{ tenantId: 'acme', limit: 50 }],
    ])
  })
})
