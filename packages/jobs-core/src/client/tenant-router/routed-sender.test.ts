import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProvider } from '../../../test/kit/fake-provider.ts'
import { clock, createRouter, openRouter, order, sentTo } from '../../../test/kit/router-kit.ts'
import { untyped } from '../../../test/kit/untyped.ts'
import { SendFailedError } from '../../errors/send-failed-error.ts'
import { eventType } from '../../events/event-type.ts'
import { defineJob } from '../../jobs/define-job.ts'
import { createClient } from '../create-client.ts'
import { createTenantRouter } from './create-tenant-router.ts'

let { old, fresh, moved, router } = openRouter()

function open(...providers: Parameters<typeof openRouter>): void {
  ;({ old, fresh, moved, router } = openRouter(...providers))
}

beforeEach(() => open())

describe('a send', () => {
  test('goes to the engine of its tenant', async () => {
    moved.add('globex')
    expect(await router.sendJob('order.created', order('acme'))).toMatchObject({ tenantId: 'acme' })
    await router.forTenant('globex').scheduleJob('order.created', { orderId: 'order_2' }, { delay: 5 })
    await router.sendEvent('order.created', order('globex', 'order_3'))
    expect(sentTo(old)).toEqual(['acme order_1'])
    expect(sentTo(fresh)).toEqual(['globex order_2', 'globex order_3'])
  })

  test('of a batch is split by tenant, with the results in order', async () => {
    moved.add('globex')
    const tenants = ['globex', 'acme', '', 'globex', 'acme']
    const items = tenants.map((tenantId, index) => ({
      event: 'order.created' as const,
      payload: order(tenantId, `order_${index}`),
    }))
    const results = await router.sendJobs(items)
    expect(results.map((result) => (result.ok ? result.job.tenantId : result.error.code))).toEqual(
      tenants.map((tenantId) => tenantId || 'tenant_required'),
    )
    const ids = results.map((result) => (result.ok ? result.job.id : ''))
    expect([ids[0], ids[3]]).toEqual(fresh.sent.map(({ id }) => id))
    expect(sentTo(old)).toEqual(['acme order_1', 'acme order_4'])
    expect(await untyped(router).sendJobs([null, 5])).toMatchObject([
      { ok: false, error: { code: 'invalid_option' } },
      { ok: false, error: { code: 'invalid_option' } },
    ])
    await expect(untyped(router).sendJobs('order.created')).rejects.toMatchObject({ option: 'items' })
  })

  test('of a batch to an engine that fails does not affect the other engine', async () => {
    open(createFakeProvider({ specificationVersion: 'v0' as 'v1' }), createFakeProvider())
    moved.add('globex')
    const items = ['acme', 'globex'].map((tenantId) => ({ event: 'order.created' as const, payload: order(tenantId) }))
    expect(await router.sendJobs(items)).toMatchObject([{ ok: false, error: { code: 'invalid_option' } }, { ok: true }])
  })

  test.each([
    ['nowhere', () => 'nowhere', /`nowhere` for the tenant `acme`.*`old`, `new`/],
    ['nothing', () => undefined, /`undefined`/],
    ['a promise', async () => 'old', /a promise/],
    ['a promise that rejects', () => Promise.reject(new Error('No routes.')), /a promise/],
  ])('for which `route` returns %s is an error that names the engines', async (_what, route, message) => {
    open(createFakeProvider(), createFakeProvider())
    const other = {
      a: createClient({ load: () => old }, { jobs: [] }),
      b: createClient({ load: () => fresh }, { jobs: [] }),
    }
    const wrong = createRouter({ clients: { old: other.a, new: other.b }, route })
    await expect(wrong.sendJob('order.created', order('acme'))).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'route',
      message: expect.stringMatching(message),
    })
    expect([...old.sent, ...fresh.sent]).toEqual([])
  })

  test('reports an error of `route` as a send that was not accepted', async () => {
    const problem = new Error('No routes are loaded.')
    const failing = createTenantRouter({
      clients: { old: createClient({ load: () => old }, { jobs: [] }) },
      route: () => {
        throw problem
      },
    })
    const failure = { code: 'send_failed', accepted: 'no', cause: problem }
    await expect(failing.sendJob('order.created', order('acme'))).rejects.toMatchObject(failure)
  })

  test('of `scheduleJob` needs a time', async () => {
    await expect(untyped(router).scheduleJob('order.created', order('acme'), {})).rejects.toMatchObject({
      option: 'delay',
    })
  })
})

describe('an event of a tenant with several engines', () => {
  const createSeveral = (oldProvider: FakeProvider, newProvider: FakeProvider, names: readonly ('old' | 'new')[]) => {
    open(oldProvider, newProvider)
    const own = {
      old: createClient({ load: () => old }, { jobs: [] }),
      new: createClient({ load: () => fresh }, { jobs: [] }),
    }
    return createTenantRouter({ clients: own, route: () => names })
  }

  test('starts its job on the first, and is copied to the others only for waits', async () => {
    const several = createSeveral(createFakeProvider(), createFakeProvider(), ['new', 'old', 'new'])
    const options = { idempotencyKey: 'order_1', maxAttempts: 2, delay: 5 }
    await several.sendJobs([
      { event: 'order.created', payload: order('acme'), options },
      { event: 'order.created', payload: order('acme', 'order_2') },
    ])
    expect(fresh.sent).toMatchObject([{ idempotencyKey: 'order_1', maxAttempts: 2 }, {}])
    expect(fresh.sent.some((envelope) => envelope.waitsOnly)).toBe(false)
    expect(old.sent).toMatchObject([{ waitsOnly: true, delayMs: 5 }, { waitsOnly: true }])
    expect(old.sent[0]?.idempotencyKey).toMatch(/^copy\/[0-9a-f]{64}$/)
    expect(old.sent[0]).not.toHaveProperty('maxAttempts')
    expect(sentTo(old)).toEqual(['acme order_1', 'acme order_2'])
  })

  test('starts no job if it cannot be copied', async () => {
    const error = new SendFailedError({ event: 'order.created', provider: 'a', problem: 'it is full', accepted: 'no' })
    const full = createFakeProvider({ send: async () => [{ ok: false, error }] })
    const several = createSeveral(full, createFakeProvider(), ['new', 'old'])
    await expect(several.sendJob('order.created', order('acme'))).rejects.toBe(error)
    const without = createFakeProvider({ without: ['workflows: events only for waits'] })
    const refusing = createSeveral(without, createFakeProvider(), ['new', 'old'])
    const refusal = { code: 'unsupported_feature', feature: 'workflows: events only for waits' }
    await expect(refusing.sendJob('order.created', order('acme'))).rejects.toMatchObject(refusal)
    expect([old.sent, fresh.sent]).toEqual([[], []])
  })

  test('needs clients that the library has created', async () => {
    const wrapped = { ...createClient({ load: () => old }, { jobs: [] }) }
    const own = { old: wrapped, new: createClient({ load: () => fresh }, { jobs: [] }) }
    const several = createTenantRouter({ clients: own, route: () => ['new', 'old'] })
    await expect(several.sendJob('order.created', order('acme'))).rejects.toMatchObject({ option: 'clients.old' })
    expect(fresh.sent).toEqual([])
  })
})

describe('an idempotency key', () => {
  const options = { idempotencyKey: 'order_1', idempotencyTtl: '1h' } as const

  test('stays on its engine for its time, and moves after it', async () => {
    await router.sendJob('order.created', order('acme'), options)
    moved.add('acme')
    await clock.advance(3_599_999)
    await router.sendJob('order.created', order('acme', 'again'), options)
    await router.sendJob('order.created', order('acme', 'other'), { idempotencyKey: 'other' })
    expect(sentTo(old)).toEqual(['acme order_1', 'acme again'])
    // The send above created a job on the fake engine, so the key's time began again.
    await clock.advance(3_600_000)
    await router.sendJob('order.created', order('acme', 'later'), options)
    expect(sentTo(fresh)).toEqual(['acme other', 'acme later'])
  })

  test('of a job with `payload` is the key of its event', async () => {
    const print = defineJob({ id: 'print', payload: eventType<{ orderId: string }>(), handler: () => undefined })
    await router.sendJob(print, order('acme'), options)
    moved.add('acme')
    await router.sendJob(print, order('acme', 'again'), options)
    await router.sendJob('order.created', order('acme', 'other'), options)
    expect(old.sent.map(({ event }) => event)).toEqual(['job/print', 'job/print'])
    expect(sentTo(fresh)).toEqual(['acme other'])
  })

  test('does not stay longer because it is sent again', async () => {
    open(
      createFakeProvider({
        send: async (envelopes) => envelopes.map(() => ({ ok: true, id: 'job_1', deduplicated: true })),
      }),
      createFakeProvider(),
    )
    await router.sendJob('order.created', order('acme'), options)
    moved.add('acme')
    await clock.advance(1_800_000)
    await router.sendJob('order.created', order('acme'), options)
    expect(fresh.sent).toEqual([])
    await clock.advance(1_800_000)
    await router.sendJob('order.created', order('acme'), options)
    expect(fresh.sent).toHaveLength(1)
  })

  test('belongs to its tenant and event, and simultaneous sends agree on its engine', async () => {
    const sends = [1, 2].map(() => router.sendJob('order.created', order('acme'), options))
    moved.add('acme')
    moved.add('globex')
    sends.push(router.sendJob('order.created', order('acme'), options))
    await Promise.all(sends)
    await router.sendJob('order.created', order('globex'), options)
    await router.sendJob('order.fulfilled', order('acme'), options)
    expect(sentTo(old)).toEqual(['acme order_1', 'acme order_1', 'acme order_1'])
    expect(fresh.sent.map(({ event, tenantId }) => `${event} ${tenantId}`)).toEqual([
      'order.created globex',
      'order.fulfilled acme',
    ])
  })

  test('that is invalid is rejected and not recorded', async () => {
    const claim = vi.fn<(key: string, engine: string) => string>((_, engine) => engine)
    const keys = { claim, renew: () => undefined }
    const own = { only: createClient({ load: () => old }, { jobs: [] }) }
    const recording = createTenantRouter({ clients: own, route: () => 'only', keys })
    await expect(recording.sendJob('order.created', order('acme'), { idempotencyKey: '' })).rejects.toMatchObject({
      option: 'idempotencyKey',
    })
    expect(claim).not.toHaveBeenCalled()
  })

  test('is recorded in the given record, whose errors say whether the job was sent', async () => {
    let problem: Error | undefined
    const entries = new Map<string, string>()
    const keys = {
      async claim(key: string, engine: string) {
        if (problem) throw problem
        if (!entries.has(key)) entries.set(key, engine)
        return entries.get(key)!
      },
      renew: vi.fn<(key: string, engine: string, ttlMs: number) => Promise<void>>(async () => undefined),
    }
    const own = {
      old: createClient({ load: () => old }, { jobs: [] }),
      new: createClient({ load: () => fresh }, { jobs: [] }),
    }
    const recording = createTenantRouter({ clients: own, route: () => 'new', keys })
    const key = JSON.stringify(['acme', 'order.created', 'order_1'])
    entries.set(key, 'old') // by another process
    await recording.sendJob('order.created', order('acme'), options)
    expect([sentTo(old), keys.renew.mock.calls]).toEqual([['acme order_1'], [[key, 'old', 3_600_000]]])

    problem = new Error('Redis is down.')
    const send = () => recording.sendJob('order.created', order('acme'), options)
    await expect(send()).rejects.toMatchObject({ code: 'send_failed', accepted: 'no', cause: problem })
    problem = undefined
    keys.renew.mockRejectedValueOnce(new Error('Redis is down.'))
    await expect(send()).rejects.toMatchObject({ code: 'send_failed', accepted: 'maybe', jobId: expect.any(String) })
    entries.set(key, 'removed')
    await expect(send()).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('`removed`'),
    })
  })
})
