import { InvalidOptionError } from '@cgk-platform/jobs-core'
import { afterEach, expect, test, vi } from 'vitest'

import { type Answer, createFakeServer } from '../test/kit/fake-server.ts'
import { createVirtualClock } from '../test/kit/virtual-clock.ts'
import { findUnsupportedByInngest } from './provider-options.ts'
import { inngestCapabilities } from './capabilities.ts'
import { createInngestProvider } from './inngest-provider.ts'

afterEach(() => vi.unstubAllEnvs())

const id = '01M89NS4WG6G8H65WJD6QKMDS3'

function open(answer: Answer) {
  const { client, asked } = createFakeServer(answer)
  const clock = createVirtualClock()
  return { provider: createInngestProvider({ client }, { clock }), clock, asked }
}

test('it is Inngest, with what that can do and refuses', () => {
  const { provider } = open(() => ({ body: {} }))
  expect(provider).toMatchObject({ specificationVersion: 'v1', name: 'inngest', capabilities: inngestCapabilities })
  expect(provider.findUnsupported).toBe(findUnsupportedByInngest)
})

test('an environment that could not be used is looked at anew by the next call', async () => {
  vi.stubEnv('INNGEST_BASE_URL', 'nowhere')
  const provider = createInngestProvider({ eventKey: 'key', signingKey: 'signkey-test-1' })
  await expect(provider.health()).rejects.toThrow(InvalidOptionError)
  vi.stubEnv('INNGEST_BASE_URL', 'http://127.0.0.1:9')
  expect(await provider.health()).toMatchObject({ ok: false, provider: 'inngest' })
})

test('its calls go to the engine', async () => {
  const { provider, clock, asked } = open(({ method, url }) => {
    if (method === 'POST') return { body: { ids: ['an id'], status: 200 } }
    return { body: url.pathname.startsWith('/v1/events/') ? { data: { internal_id: id, name: 'work.asked' } } : {} }
  })
  const envelope = {
    v: 1,
    id,
    event: 'work.asked',
    tenantId: 'acme',
    payload: { tenantId: 'acme' },
    sentAt: 1,
  } as const
  const call = (work: Promise<unknown>) => clock.finish(work)
  expect(await call(provider.send([envelope]))).toEqual([{ ok: true, id: 'an id', deduplicated: false }])
  expect(await call(provider.send([{ ...envelope, idempotencyKey: 'key' }]))).toMatchObject([{ deduplicated: true }])
  expect(await call(provider.status(id))).toMatchObject({ id, state: 'completed' })
  await call(provider.cancel(id))
  expect(await call(provider.list!({ limit: 10 }))).toEqual({ jobs: [] })
  expect(await call(provider.health())).toMatchObject({ provider: 'inngest', ok: false })
  expect(new Set(asked.map(({ url }) => url.pathname.split('/').slice(0, 3).join('/')))).toEqual(
    new Set([`/e/${asked[0]!.url.pathname.split('/')[2]}`, '/v1/events', '/v2/events', '/v2/apps']),
  )
})
