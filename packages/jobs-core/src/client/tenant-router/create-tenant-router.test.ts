import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProvider, jobStatus } from '../../../test/kit/fake-provider.ts'
import { clock, createRouter, openRouter, order, sentTo } from '../../../test/kit/router-kit.ts'
import { untyped } from '../../../test/kit/untyped.ts'
import { JobNotVisibleError } from '../../errors/job-not-visible-error.ts'
import { RequestFailedError } from '../../errors/request-failed-error.ts'
import { UnsupportedFeatureError } from '../../errors/unsupported-feature-error.ts'
import { prepareHost } from '../../hosted/prepare-host.ts'
import { runWithClient } from '../../ambient/async-context.ts'
import type { JobStatus } from '../../status/job-status.ts'
import { createClient } from '../create-client.ts'
import { getJobClient, setJobClient } from '../default-client.ts'
import { createTenantRouter } from './create-tenant-router.ts'

let { old, fresh, clients, moved, router } = openRouter()

function open(...providers: Parameters<typeof openRouter>): void {
  ;({ old, fresh, clients, moved, router } = openRouter(...providers))
}

beforeEach(() => open())

const unreachable = (provider: string) => async (): Promise<never> => {
  throw new RequestFailedError({ provider, operation: 'read a job', problem: 'the engine is down' })
}

describe('a job', () => {
  const job = (provider: FakeProvider, more: Partial<JobStatus> = {}) => {
    const status = jobStatus({ state: 'failed', ...more })
    provider.jobs.set(status.id, status)
    return status
  }

  test.each(['old', 'new'] as const)(
    'on the %s engine is found, cancelled, retried and awaited there',
    async (name) => {
      const provider = name === 'old' ? old : fresh
      const failed = job(provider, { id: 'failed_1' })
      job(provider, { id: 'open_1', state: 'queued' })
      expect(await router.getJobStatus('failed_1')).toBe(failed)
      expect(await router.waitForJob('failed_1', { timeout: 5 })).toBe(failed)
      await router.retryJob('failed_1')
      await router.forTenant('acme').cancelJob('open_1')
      expect(provider.calls).toEqual(['retry failed_1', 'cancel open_1'])
    },
  )

  test('gets its signals on its engine, wherever its tenant is by now', async () => {
    job(old, { id: 'open_1', state: 'running' })
    moved.add('acme')
    await router.signalJob('open_1', 'approval', { by: 'Ada' })
    const secret = 'a secret of thirty-two characters'
    const signal = { jobId: 'open_1', tenantId: 'acme', signal: 'approval', payload: { by: 'mail' } }
    await router.signalWithToken(await router.createSignalToken({ ...signal, expiresIn: '1h', secret }), undefined, {
      secret,
    })
    expect(old.sent.map(({ event }) => event)).toEqual(['signal/approval', 'signal/approval'])
    expect(fresh.sent).toEqual([])
    const stranger = router.forTenant('globex').signalJob('open_1', 'approval', { by: 'Eve' })
    await expect(stranger).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('of the platform is sent by the route of `system`, and found by the platform', async () => {
    moved.add('system')
    const { id } = await router.forSystem().sendJob('order.created', { orderId: 'order_1' })
    expect(sentTo(fresh)).toEqual(['system order_1'])
    const sent = job(fresh, { id, tenantId: 'system' })
    expect(await router.forSystem().getJobStatus(id)).toBe(sent)
    await expect(router.forTenant('acme').getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(router.sendJob('order.created', order('system'))).rejects.toMatchObject({ code: 'tenant_required' })
  })

  test('with a reference is cancelled on every engine, even if another engine fails', async () => {
    for (const [id, provider] of [
      ['job_a', old],
      ['job_b', fresh],
    ] as const) {
      const queued = job(provider, { id, state: 'queued' })
      vi.spyOn(provider, 'cancel').mockImplementation(async () => {
        provider.jobs.set(id, { ...queued, state: 'cancelled' })
      })
    }
    expect(await router.forTenant('acme').cancelJobs({ reference: 'order_1' })).toEqual(['job_a', 'job_b'])

    open(createFakeProvider({ name: 'a', list: unreachable('a') }), createFakeProvider())
    job(fresh, { id: 'job_b', state: 'queued' })
    await expect(router.cancelJobs({ reference: 'order_1' })).rejects.toMatchObject({ code: 'request_failed' })
    expect(fresh.calls).toEqual(['cancel job_b'])
  })

  test('of another tenant, or of no engine, is not found', async () => {
    job(fresh)
    const notFound = { code: 'job_not_found', message: expect.stringContaining('`old`, `new`') }
    await expect(router.forTenant('globex').getJobStatus('job_1')).rejects.toMatchObject(notFound)
    await expect(router.cancelJob('job_2')).rejects.toMatchObject(notFound)
    await expect(untyped(router).getJobStatus('')).rejects.toMatchObject({ code: 'invalid_option', option: 'id' })
  })

  test('is found although another engine is down, and otherwise the error names that engine', async () => {
    open(createFakeProvider({ name: 'a', status: unreachable('a') }), createFakeProvider())
    const found = job(fresh)
    expect(await router.getJobStatus('job_1')).toBe(found)
    const failure = { code: 'request_failed', provider: 'old', message: expect.stringContaining('the engine is down') }
    for (const call of [router.getJobStatus('job_2'), router.waitForJob('job_2'), router.retryJob('job_2')]) {
      await expect(call).rejects.toMatchObject(failure)
    }
  })

  test('that an engine does not show yet is not reported as unknown, and is awaited there', async () => {
    const shown: JobStatus[] = []
    const status = async (jobId: string) => {
      if (jobId === 'job_2') return undefined
      if (shown.length === 0) throw new JobNotVisibleError({ jobId, provider: 'a', problem: 'it may be new' })
      return shown[0]
    }
    open(createFakeProvider({ status }), createFakeProvider())
    await expect(router.getJobStatus('job_1')).rejects.toMatchObject({ code: 'job_not_visible' })
    await expect(router.getJobStatus('job_2')).rejects.toMatchObject({ code: 'job_not_found' })
    const waiting = router.waitForJob('job_1')
    await clock.advance(10)
    shown.push(jobStatus({ state: 'completed' }))
    await clock.advance(5000)
    expect(await waiting).toBe(shown[0])
  })

  test('is looked for first where it was sent', async () => {
    moved.add('acme')
    const { id } = await router.sendJob('order.created', order('acme'))
    job(fresh, { id })
    const status = vi.spyOn(old, 'status')
    await router.getJobStatus(id)
    expect(status).not.toHaveBeenCalled()
  })
})

describe('the engines of a router', () => {
  test('are all checked', async () => {
    const checks = [{ name: 'server', ok: false, message: 'It is down.' }]
    const health = async () => ({ ok: false, provider: 'a', checks })
    open(createFakeProvider({ health }), createFakeProvider())
    expect(await router.healthCheck()).toEqual({
      ok: false,
      provider: 'tenant-router',
      checks: [{ ...checks[0], name: 'old: server' }],
    })
    open(createFakeProvider(), createFakeProvider({ health: unreachable('b') }))
    expect(await router.healthCheck()).toMatchObject({ ok: false, checks: [{ name: 'new: client', ok: false }] })
    open(createFakeProvider(), createFakeProvider())
    expect(await router.healthCheck()).toMatchObject({ ok: true })
  })

  test('have in common what all support, with the strictest limits', async () => {
    open(
      createFakeProvider({
        without: ['retryJob'],
        limits: { maxPayloadBytes: 5000, minRetryDelayMs: 9, maxRetryDelayMs: 7, daylightSaving: 'Skips.' },
      }),
      createFakeProvider({ limits: { maxAttemptsLimit: 21, maxStepOutputBytes: 200_000, waitToleranceMs: 3 } }),
    )
    const { features, ...limits } = await router.capabilities()
    expect(features.retryJob).toMatchObject({ supported: false, note: '`old`: It has none.' })
    expect(features.cron).toEqual({ supported: true })
    expect(limits).toMatchObject({
      maxPayloadBytes: 5000,
      minRetryDelayMs: 9,
      maxRetryDelayMs: 7,
      maxAttemptsLimit: 21,
      maxStepOutputBytes: 122_880,
      waitToleranceMs: 3,
      daylightSaving: '`old`: Skips. `new`: As the local engine.',
    })
    expect(limits).not.toHaveProperty('maxSteps')
  })

  test('are started together, except one whose workers run elsewhere, and closed together', async () => {
    const cannotStart = async () => {
      throw new UnsupportedFeatureError({ feature: 'client.start()', provider: 'a', remedy: 'Deploy.' })
    }
    open(createFakeProvider({ start: cannotStart }), createFakeProvider())
    await router.start()
    await router.close({ timeout: 5 })
    expect([old.calls, fresh.calls]).toEqual([['close 5'], ['start', 'close 5']])
    await expect(router.sendJob('order.created', order('acme'))).rejects.toMatchObject({ code: 'client_closed' })

    open(createFakeProvider({ start: cannotStart }), createFakeProvider({ start: cannotStart }))
    await expect(router.start()).rejects.toMatchObject({ code: 'unsupported_feature' })
    open(createFakeProvider(), createFakeProvider({ start: unreachable('b') }))
    await expect(router.start()).rejects.toMatchObject({ code: 'request_failed' })
    expect(old.calls).toEqual(['start'])
  })

  test('use the router for `sendJob` in handlers, and their own client for the steps of workflows', async () => {
    await clients.old.capabilities()
    const handlerClient = old.hosts[0]!.client
    expect(handlerClient).toBe(clients.old)
    moved.add('acme')
    await runWithClient(handlerClient, () => getJobClient().sendJob('order.created', order('acme')))
    expect(sentTo(fresh)).toEqual(['acme order_1'])
    const load = () => old
    const setting = { noJobsConsequence: '', limits: { provider: 'a' } as never, load }
    expect(() => prepareHost({ jobs: [], jobClient: router }, setting)).toThrow(/`jobClient` is a tenant router/)
  })

  test('accept sends of handlers of the others while all of them close', async () => {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    open(createFakeProvider({ close: () => ended }), createFakeProvider({ close: () => ended }))
    await router.capabilities()
    const closing = router.close()
    moved.add('acme')
    await runWithClient(clients.old, () => getJobClient().sendJob('order.created', order('acme')))
    end()
    await closing
    expect(sentTo(fresh)).toEqual(['acme order_1'])
  })

  test('accept sends of handlers in this process, also if they run none themselves', async () => {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => (end = resolve))
    open(createFakeProvider({ close: () => ended }), createFakeProvider())
    await router.capabilities()
    await clients.old.start()
    const closing = router.close()
    await clients.new.getJobStatus('job').catch(() => undefined) // time in which an idle client would close
    moved.add('acme')
    await runWithClient(clients.old, () => getJobClient().sendJob('order.created', order('acme')))
    end()
    await closing
    expect(sentTo(fresh)).toEqual(['acme order_1'])
    await expect(router.sendJob('order.created', order('acme'))).rejects.toMatchObject({ code: 'client_closed' })
  })

  test('are used by the module functions', () => {
    setJobClient(router)
    expect(getJobClient()).toBe(router)
    setJobClient(undefined)
  })

  test.each<[object, string]>([
    [{ clients: {}, route: () => 'a' }, 'clients'],
    [{ clients: { a: 5 }, route: () => 'a' }, 'clients.a'],
    [{ clients: [], route: () => 'a' }, 'clients'],
    [{ route: () => 'a' }, 'clients'],
  ])('are checked: %j', (options, option) => {
    expect(() => createRouter(options)).toThrow(expect.objectContaining({ code: 'invalid_option', option }))
  })

  test('belong to one router only', () => {
    expect(() => createTenantRouter({ clients, route: () => 'old' })).toThrow(/`clients.old` already belongs/)
    const only = { only: createClient({ load: () => old }, { jobs: [] }) }
    expect(() => createRouter({ clients: only })).toThrow(/`route` is missing/)
  })
})
