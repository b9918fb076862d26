import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { loadCopy } from '../../test/kit/load-copy.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'
import * as functions from './module-functions.ts'

let fake: FakeProvider
let client: JobClient
/** A fresh copy of the library for each test, as in a new process. */
let fresh: Awaited<ReturnType<typeof loadCopy>>

beforeEach(async () => {
  vi.resetModules()
  Reflect.deleteProperty(globalThis, Symbol.for('@cgk-platform/jobs.ambient.v1'))
  fresh = await loadCopy()
  fake = createFakeProvider()
  client = createClient({ load: () => fake }, { jobs: [] })
})
afterEach(() => fresh.setJobClient(undefined))

describe('the default client', () => {
  test('does not exist if only the core is imported, and the error says what to do', () => {
    expect(() => fresh.getJobClient()).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: 'client',
        message: expect.stringMatching(/Import from .*setJobClient/),
      }),
    )
  })

  test('is created once, on first use, on the chosen engine', async () => {
    const load = vi.fn<() => Promise<() => FakeProvider>>(async () => () => fake)
    fresh.registerEngine({ name: 'own', title: 'an engine', packageName: 'own', runsInProcess: false, load })
    const created = fresh.getJobClient()
    expect(fresh.getJobClient()).toBe(created)
    expect(load).not.toHaveBeenCalled()
    expect(await created.healthCheck()).toMatchObject({ ok: true })
    expect(load).toHaveBeenCalledOnce()
  })

  test('is created by the next call if creating it failed', () => {
    const create = vi.fn<() => FakeProvider>(() => fake)
    create.mockImplementationOnce(() => {
      throw new Error('No provider.')
    })
    fresh.registerEngine({ name: 'own', title: 'an engine', packageName: 'own', runsInProcess: false, create })
    expect(() => fresh.getJobClient()).toThrow('No provider.')
    expect(fresh.getJobClient()).toHaveProperty('sendJob')
  })
})

describe('the module functions', () => {
  const payload = { tenantId: 'acme', orderId: 'order_1' }

  test('call the default client', async () => {
    fresh.setJobClient(client)
    expect(await functions.sendJob('order.created', payload, { maxAttempts: 1 })).toMatchObject({
      event: 'order.created',
    })
    expect(await functions.scheduleJob('order.created', payload, { delay: '24h' })).toMatchObject({ tenantId: 'acme' })
    expect(await functions.sendJobs([{ event: 'order.created', payload }])).toMatchObject([{ ok: true }])
    expect(fake.sent).toMatchObject([{ maxAttempts: 1 }, { runAt: expect.any(Number) }, {}])
    fake.jobs.set('job_1', jobStatus({ state: 'failed' }))
    expect(await functions.getJobStatus('job_1')).toMatchObject({ state: 'failed' })
    expect(await functions.cancelJob('job_1')).toMatchObject({ state: 'failed' })
    expect(await functions.retryJob('job_1')).toMatchObject({ id: 'job_1' })
    expect(await functions.waitForJob('job_1', { timeout: 0 })).toMatchObject({ state: 'failed' })
    expect(await functions.listJobs({ limit: 1 })).toMatchObject({ jobs: [{ id: 'job_1' }] })
    expect(await functions.healthCheck()).toMatchObject({ ok: true })
  })

  test('reject, and never throw, if there is no client', async () => {
    const calls = [
      functions.sendJob('order.created', payload),
      functions.scheduleJob('order.created', payload, { delay: 5 }),
      functions.sendJobs([]),
      functions.getJobStatus('job_1'),
      functions.cancelJob('job_1'),
      functions.retryJob('job_1'),
      functions.waitForJob('job_1'),
      functions.listJobs(),
      functions.healthCheck(),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'invalid_option', option: 'client' })
  })
})
