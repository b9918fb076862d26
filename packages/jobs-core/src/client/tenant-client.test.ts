import { beforeEach, describe, expect, test, vi } from 'vitest'

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
  test.each(['globex', '', null, 5])('rejects a payload with the tenant %j', async (tenantId) => {
    const mismatch = { code: 'tenant_mismatch', tenantId: 'acme', message: expect.stringContaining('`order.created`') }
    const payload = { ...order, tenantId }
    await expect(untyped(acme).sendJob('order.created', payload)).rejects.toMatchObject(mismatch)
    await expect(untyped(acme).scheduleJob('order.created', payload, { delay: 5 })).rejects.toMatchObject(mismatch)
    expect(await untyped(acme).sendJobs([{ event: 'order.created', payload }])).toMatchObject([
      { ok: false, error: mismatch },
    ])
    expect(fake.sent).toEqual([])
  })

  test.each(['globex', '', null, 5])('rejects a list of the tenant %j', async (tenantId) => {
    const message = expect.stringContaining('`listJobs`')
    const mismatch = { code: 'tenant_mismatch', tenantId: 'acme', message }
    await expect(untyped(acme).listJobs({ tenantId })).rejects.toMatchObject(mismatch)
  })

  test.each(['globex', '', null, 5])('rejects a cancel of the tenant %j', async (tenantId) => {
    const list = vi.spyOn(fake, 'list')
    const mismatch = { code: 'tenant_mismatch', tenantId: 'acme', message: expect.stringContaining('`cancelJobs`') }
    await expect(untyped(acme).cancelJobs({ reference: 'a', tenantId })).rejects.toMatchObject(mismatch)
    expect(list).not.toHaveBeenCalled()
  })

  test('cancels only its own jobs of a reference', async () => {
    const list = vi.spyOn(fake, 'list')
    fake.jobs.set('own', jobStatus({ id: 'own' })).set('foreign', jobStatus({ id: 'foreign', tenantId: 'globex' }))
    await acme.cancelJobs({ reference: 'a' })
    expect(list).toHaveBeenCalledExactlyOnceWith({ limit: 1000, reference: 'a', tenantId: 'acme' })
    expect(fake.calls).toEqual(['cancel own'])
  })

  test.each([{}, { tenantId: undefined }, { tenantId: 'acme' }])('lists its own jobs with %j', async (options) => {
    const list = vi.spyOn(fake, 'list')
    await untyped(acme).listJobs(options)
    expect(list).toHaveBeenCalledExactlyOnceWith({ limit: 50, tenantId: 'acme' })
  })

  test.each([undefined, null, {}])('rejects %j as items', async (items) => {
    await expect(untyped(acme).sendJobs(items)).rejects.toMatchObject({ code: 'invalid_option', option: 'items' })
  })

  test.each([undefined, null, 'order_1', 5, ['order_1'], new Date(0)])('rejects %j as a payload', async (payload) => {
    await expect(untyped(acme).sendJob('order.created', payload)).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'payload',
    })
  })

  test('rejects values that are not plain data, as the other client does', async () => {
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
