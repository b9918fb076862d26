import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { afterEach, expect, test, vi } from 'vitest'

import { type Responder, createFakeServer } from '../test/kit/fake-server.ts'
import { createVirtualClock } from '../test/kit/virtual-clock.ts'
import { findUnsupportedByInngest } from './provider-options.ts'
import { inngestCapabilities } from './capabilities.ts'
import { createInngestProvider } from './inngest-provider.ts'

afterEach(() => vi.unstubAllEnvs())

function open(answer: Responder) {
  const { client, requests } = createFakeServer(answer)
  const clock = createVirtualClock()
  return { provider: createInngestProvider({ client }, { clock }), clock, requests }
}

test('is named inngest, with its capabilities and checks', () => {
  const { provider } = open(() => ({ body: {} }))
  expect(provider).toMatchObject({ specificationVersion: 'v1', name: 'inngest', capabilities: inngestCapabilities })
  expect(provider.findUnsupported).toBe(findUnsupportedByInngest)
})

test('reads the environment again after an invalid one', async () => {
  vi.stubEnv('INNGEST_BASE_URL', 'nowhere')
  const provider = createInngestProvider({ eventKey: 'key', signingKey: 'signkey-test-1' })
  await expect(provider.health()).rejects.toThrow(InvalidOptionError)
  vi.stubEnv('INNGEST_BASE_URL', 'http://127.0.0.1:9')
  expect(await provider.health()).toMatchObject({ ok: false, provider: 'inngest' })
})

test('the health check speaks of the server that `apiBaseUrl` names', async () => {
  const { client } = createFakeServer(() => ({ body: { data: [] } }))
  const healthAt = async (apiBaseUrl: string) => (await createInngestProvider({ client, apiBaseUrl }).health()).checks
  expect((await healthAt('https://api.inngest.com'))[0]).toMatchObject({ message: 'responds' })
  expect((await healthAt('https://inngest.shop.example'))[0]!.message).toContain('A self-hosted server')
})

const limited = (seconds: number) => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: { error: 'limited' },
})

test('`close` fails sends that still wait for the rate limit after its timeout', async () => {
  const { provider, clock, requests } = open(() => limited(5))
  const one = { v: 1, id: 'job_1', event: 'work.asked', tenantId: 'acme', payload: { tenantId: 'acme' }, sentAt: 1 }
  const sent = provider.send([one as Envelope])
  await clock.advance(0)
  const count = requests.length
  await clock.finish(provider.close!({ timeoutMs: 1000 }))
  const failed = { ok: false, error: expect.objectContaining({ code: 'send_failed', accepted: 'no' }) as unknown }
  expect(await clock.finish(sent)).toEqual([failed])
  expect(requests).toHaveLength(count)
})

test('a health check reports a rate limit of more than three seconds at once', async () => {
  const { provider, clock } = open(() => limited(4))
  const startedAt = clock.now()
  const health = await clock.finish(provider.health())
  expect(health).toMatchObject({ ok: false, checks: [{ name: 'engine', ok: false }] })
  expect(clock.now()).toBe(startedAt)
})
