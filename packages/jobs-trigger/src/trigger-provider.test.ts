import { afterEach, expect, test, vi } from 'vitest'

import { type Respond, createFakeServer, testKey, testUrl } from '../test/kit/fake-server.ts'
import { fakeRun } from '../test/kit/fake-run.ts'
import { triggerCapabilities } from './capabilities.ts'
import { findUnsupportedByTrigger } from './provider-options.ts'
import { createTriggerProvider } from './trigger-provider.ts'

const envelope = {
  v: 1,
  id: '01JQDAE4RQF8MBCR55T5A00001',
  event: 'work.asked',
  tenantId: 'acme',
  payload: { tenantId: 'acme' },
  sentAt: 1,
} as const

afterEach(() => vi.unstubAllGlobals())

async function open(respond: Respond) {
  const { clock, requests } = await createFakeServer(respond)
  const provider = createTriggerProvider({ apiKey: testKey, apiUrl: testUrl }, { clock })
  return { provider, clock, requests }
}

test('reports the name, the capabilities and the checks of Trigger.dev', async () => {
  const { provider } = await open(() => ({}))
  expect(provider).toMatchObject({
    specificationVersion: 'v1',
    name: 'trigger.dev',
    capabilities: triggerCapabilities,
    findUnsupported: findUnsupportedByTrigger,
  })
})

test('sends its calls to Trigger.dev', async () => {
  const { provider, clock, requests } = await open(({ method, url }) => {
    if (method === 'POST') return { body: { id: 'run_1' } }
    if (url.pathname === '/api/v1/runs') return { body: { data: [], pagination: {} } }
    if (url.pathname === '/api/v1/queues') {
      return { body: { data: [], pagination: { currentPage: 1, totalPages: 0, count: 0 } } }
    }
    if (url.pathname.startsWith('/api/v1/queues')) return { status: 404, body: { error: 'queue-not-found' } }
    return { body: fakeRun({ payload: { envelope }, status: 'COMPLETED' }) }
  })
  const call = (work: Promise<unknown>) => clock.finish(work)
  expect(await call(provider.send([envelope]))).toEqual([{ ok: true, id: 'run_1', deduplicated: false }])
  expect(await call(provider.status('run_1'))).toMatchObject({ id: 'run_1', state: 'completed' })
  await call(provider.cancel('run_1'))
  expect(await call(provider.list!({ limit: 10 }))).toEqual({ jobs: [] })
  expect(await call(provider.health())).toMatchObject({ provider: 'trigger.dev', ok: true })
  for (const { url, headers } of requests) {
    expect([url.origin, headers.get('authorization')]).toEqual([testUrl, `Bearer ${testKey}`])
  }
})

test('rejects `start`, because Trigger.dev has its own workers', async () => {
  await expect(createTriggerProvider({ apiKey: 'tr_dev_1' }).start!()).rejects.toMatchObject({
    code: 'unsupported_feature',
    feature: 'client.start()',
    message: expect.stringContaining('Start one with `trigger.dev dev`') as string,
  })
})

test('`close` fails sends that still wait for the rate limit after its timeout', async () => {
  const { provider, clock, requests } = await open(() => ({ status: 429, headers: { 'retry-after': '5' } }))
  const sent = provider.send([envelope, envelope])
  await clock.finish(Promise.race([sent, provider.close!({ timeoutMs: 1000 })]))
  const failed = { ok: false, error: expect.objectContaining({ code: 'send_failed', accepted: 'no' }) as unknown }
  const count = requests.length
  expect(await clock.finish(sent)).toEqual([failed, failed])
  expect(requests).toHaveLength(count)
})

test('a health check reports a rate limit of more than three seconds at once', async () => {
  const { provider, clock } = await open(() => ({ status: 429, headers: { 'retry-after': '4' } }))
  const startedAt = clock.now()
  expect(await clock.finish(provider.health())).toMatchObject({ ok: false, checks: [{ name: 'engine', ok: false }] })
  expect(clock.now()).toBe(startedAt)
})
