import { InvalidOptionError } from '@cgk-platform/jobs-core'
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
