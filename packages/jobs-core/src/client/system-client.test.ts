import { beforeEach, describe, expect, test } from 'vitest'

import { createFakeProvider, type FakeProvider } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { createClient } from './create-client.ts'
import type { JobClient, TenantClient } from './job-client.ts'

let fake: FakeProvider
let client: JobClient
let system: TenantClient
beforeEach(() => {
  fake = createFakeProvider()
  client = createClient({ load: () => fake }, { jobs: [] })
  system = client.forSystem()
})

const order = { orderId: 'order_1' }

describe('the client of the platform', () => {
  test('sends for the tenant `system`, with or without it in the payload', async () => {
    const own = { ...order, tenantId: 'system' }
    expect(system.tenantId).toBe('system')
    expect(await system.sendJob('order.created', order)).toMatchObject({ tenantId: 'system' })
    expect(await system.scheduleJob('order.created', own, { delay: 5 })).toMatchObject({ tenantId: 'system' })
    expect(await system.sendJobs([{ event: 'order.created', payload: order }])).toMatchObject([{ ok: true }])
    expect(fake.sent.map(({ tenantId, payload }) => [tenantId, payload])).toEqual(
      Array.from({ length: 3 }, () => ['system', own]),
    )
  })

  test('rejects a payload of a tenant', async () => {
    const mismatch = { code: 'tenant_mismatch', tenantId: 'system' }
    await expect(system.sendJob('order.created', { ...order, tenantId: 'acme' })).rejects.toMatchObject(mismatch)
    expect(fake.sent).toEqual([])
  })

  test('sees only the jobs of the platform', async () => {
    const job = { event: 'order.created', state: 'completed', createdAt: new Date(0), runs: [] } as const
    fake.jobs.set('job_1', { ...job, id: 'job_1', tenantId: 'system' })
    fake.jobs.set('job_2', { ...job, id: 'job_2', tenantId: 'acme' })
    expect(await system.getJobStatus('job_1')).toMatchObject({ id: 'job_1' })
    await expect(system.getJobStatus('job_2')).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(client.forTenant('acme').getJobStatus('job_1')).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('cannot be reached with a name or from the client of a tenant', () => {
    expect(() => client.forTenant('system')).toThrow('For the platform, use `client.forSystem()`.')
    expect(untyped(client.forTenant('acme'))).not.toHaveProperty('forSystem')
    expect(system).not.toHaveProperty('forSystem')
  })
})
