import { InvalidOptionError } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { recordedRuns } from '../test/fixtures/recorded.ts'
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
  const posts = () => asked.filter(({ method }) => method === 'POST').map(({ url }) => url.pathname)
  return { provider: createInngestProvider({ client }, { clock }), clock, asked, posts }
}

/** A server with a job that failed; each of its reruns is visible at once. */
function withFailedJob(): Answer {
  const runs = [{ ...recordedRuns.exhausted, id: '01M89NT2ZM5XWB3Q20QHWFZD90' }]
  return ({ method, url }) => {
    if (method === 'POST') {
      const runId = `01M89NT2ZM5XWB3Q20QHWFZD9${runs.length}`
      runs.push({ ...recordedRuns.exhausted, id: runId })
      return { body: { data: { runId } } }
    }
    if (url.pathname.startsWith('/v1/events/')) return { body: { data: { internal_id: id, name: 'work.asked' } } }
    return { body: url.pathname.endsWith('/runs') ? { data: runs } : {} }
  }
}

test('it is Inngest, with what that can do and refuses', () => {
  const { provider } = open(() => ({ body: {} }))
  expect(provider).toMatchObject({ specificationVersion: 'v1', name: 'inngest', capabilities: inngestCapabilities })
  expect(provider.findUnsupported).toBe(findUnsupportedByInngest)
})

test('it is of one client alone', () => {
  const { provider } = open(() => ({ body: {} }))
  provider.attach!({} as JobHost)
  expect(() => provider.attach!({} as JobHost)).toThrow(InvalidOptionError)
  expect(() => provider.attach!({} as JobHost)).toThrow('Make one Inngest provider for each client.')
})

test('an environment that could not be used is looked at anew by the next call', async () => {
  vi.stubEnv('INNGEST_BASE_URL', 'nowhere')
  const provider = createInngestProvider({ eventKey: 'key', signingKey: 'signkey-test-1' })
  await expect(provider.health()).rejects.toThrow(InvalidOptionError)
  vi.stubEnv('INNGEST_BASE_URL', 'http://127.0.0.1:9')
  expect(await provider.health()).toMatchObject({ ok: false, provider: 'inngest' })
})

describe('a retry', () => {
  test('that is asked for twice at once makes one run', async () => {
    const { provider, clock, posts } = open(withFailedJob())
    await clock.finish(Promise.all([provider.retry(id), provider.retry(id)]))
    expect(posts()).toEqual(['/v2/runs/01M89NT2ZM5XWB3Q20QHWFZD90/rerun'])
  })

  test('that is asked for again when it is over makes another', async () => {
    const { provider, clock, posts } = open(withFailedJob())
    await clock.finish(provider.retry(id))
    await clock.finish(provider.retry(id))
    expect(posts()).toHaveLength(2)
  })

  test('of another job does not wait for it', async () => {
    const { provider, clock, asked } = open(withFailedJob())
    const other = '01M89NS4WG6G8H65WJD6QKMDS4'
    await clock.finish(Promise.all([provider.retry(id), provider.retry(other)]))
    expect(asked.some(({ url }) => url.pathname === `/v2/events/${other}/runs`)).toBe(true)
  })
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
