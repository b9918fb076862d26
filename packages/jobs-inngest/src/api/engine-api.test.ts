import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeServer, testSigningKey } from '../../test/kit/fake-server.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'
import { createVirtualClock, type VirtualClock } from '../../test/kit/virtual-clock.ts'
import { createEngineApi } from './engine-api.ts'

const notFound: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }

afterEach(() => vi.unstubAllEnvs())

describe('a read', () => {
  test('sends the key to the API and returns the body', async () => {
    const { api, requests } = openApi(() => ({ body: { data: { id: 'run_1' } } }))
    expect(await api.get('read the run', '/v2/runs/run_1')).toEqual({ data: { id: 'run_1' } })
    const [{ method, url, headers, text } = {} as never] = requests
    expect([method, url.href, text]).toEqual(['GET', 'http://engine.test/v2/runs/run_1', ''])
    expect(headers.get('authorization')).toBe(`Bearer ${testSigningKey}`)
  })

  test('keeps a path in the base URL, with or without a trailing slash', async () => {
    for (const baseUrl of ['http://engine.test/inngest', 'http://engine.test/inngest/']) {
      const { api, requests } = openApi(() => ({ body: {} }), { baseUrl })
      await api.get('it', '/v2/apps')
      expect(requests[0]!.url.href).toBe('http://engine.test/inngest/v2/apps')
    }
  })

  test('uses the URL of the client at the time of the request', async () => {
    const { connection, client, requests } = createFakeServer(() => ({ body: {} }), { baseUrl: undefined })
    const api = createEngineApi(connection, createVirtualClock())
    client.setEnvVars({ INNGEST_BASE_URL: 'http://late.test' })
    await api.get('it', '/v2/apps')
    const fixed = createEngineApi({ ...connection, apiBaseUrl: 'http://fixed.test' }, createVirtualClock())
    await fixed.get('it', '/v2/apps')
    expect(requests.map(({ url }) => url.origin)).toEqual(['http://late.test', 'http://fixed.test'])
  })

  test('encodes its query: a list repeats its parameter, undefined is omitted', async () => {
    const { api, requests } = openApi(() => ({ body: {} }))
    await api.get('it', '/v2/runs', { status: ['QUEUED', 'RUNNING'], limit: 100, cursor: undefined, name: 'a b&c=☃' })
    const { searchParams } = requests[0]!.url
    expect([...searchParams]).toEqual([
      ['status', 'QUEUED'],
      ['status', 'RUNNING'],
      ['limit', '100'],
      ['name', 'a b&c=☃'],
    ])
  })

  test('sends the environment of the client', async () => {
    const { api, requests } = openApi(() => ({ body: {} }), { env: 'branch/one' })
    await api.get('it', '/v2/apps')
    expect(requests[0]!.headers.get('x-inngest-env')).toBe('branch/one')
  })

  test('sends no key if the client has none', async () => {
    vi.stubEnv('INNGEST_SIGNING_KEY', undefined)
    const { api, requests } = openApi(() => ({ body: {} }), { signingKey: undefined })
    await api.get('it', '/v2/apps')
    expect(requests[0]!.headers.has('authorization')).toBe(false)
  })

  test('returns undefined for a missing resource, in either version of the API', async () => {
    const inSuccess: Reply = { status: 200, body: { error: 'Event not found', data: null, status: 404 } }
    const bad: Reply = { status: 200, body: { error: 'Invalid event ID', data: null, status: 400 } }
    const refused = openApi(() => bad)
    expect(await requestFailure(refused.clock, refused.api.get('it', '/v1/events/x'))).toMatchObject({ status: 400 })
    for (const reply of [notFound, inSuccess]) {
      const { api, requests } = openApi(() => reply)
      expect(await api.get('it', '/v2/runs/run_1')).toBeUndefined()
      expect(requests).toHaveLength(1)
    }
  })

  test('fails for a wrong URL', async () => {
    const unknownPath: Reply = { status: 404, body: { errors: [{ code: 'api_error', message: 'Not Found' }] } }
    const bodies = ['<html>', {}, { errors: [] }, { errors: [null] }]
    for (const reply of [unknownPath, ...bodies.map((body) => ({ status: 404, body }))]) {
      const { api, clock } = openApi(() => reply)
      expect(await requestFailure(clock, api.get('it', '/v2/runs/run_1'))).toMatchObject({ status: 404 })
    }
  })

  test('returns data that looks like an error', async () => {
    for (const body of [{ error: 'text' }, { error: 'text', status: 200 }, { error: {}, status: 404 }]) {
      const { api } = openApi(() => ({ body }))
      expect(await api.get('it', '/v1/events')).toEqual(body)
    }
  })

  test('times out after 15 seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    const { api } = openApi(() => ({ body: {} }))
    await api.get('it', '/v2/apps')
    expect(timeout.mock.calls).toEqual([[15_000]])
    timeout.mockRestore()
  })

  test('fails if the response cannot be parsed', async () => {
    const { api, clock, requests } = openApi(() => ({ status: 200, body: '<html>' }))
    expect(await requestFailure(clock, api.get('read the run', '/v2/runs/run_1'))).toMatchObject({
      message: expect.stringMatching(/^Failed to read the run on `inngest`: the response cannot be read\./),
      status: 200,
    })
    expect(requests).toHaveLength(1)
  })
})

describe('an unavailable server', () => {
  test('is requested again with increasing delays', async () => {
    const { api, clock, requests } = openApi(
      inTurn({ status: 500 }, { status: 429 }, connectionError('ECONNREFUSED'), { body: { ok: true } }),
    )
    expect(await clock.finish(api.get('it', '/v2/apps'))).toEqual({ ok: true })
    expect(requests).toHaveLength(4)
    expect(clock.delays).toEqual([100, 100, 200])
  })

  test('is requested at most four times', async () => {
    const { api, clock, requests } = openApi(() => ({ status: 503, body: { message: 'restarting' } }))
    const error = await requestFailure(clock, api.get('read the run', '/v2/runs/run_1'))
    expect(error.message).toBe(
      'Failed to read the run on `inngest`: the server responded with 503 (restarting). ' +
        'Nothing was changed. Try again.',
    )
    expect(error.status).toBe(503)
    expect(requests).toHaveLength(4)
    expect(clock.delays).toEqual([100, 200, 400])
  })
})

describe('a list', () => {
  test('reads all pages', async () => {
    const { api, requests } = openApi(
      inTurn(
        { body: { data: [1, 2], page: { hasMore: true, cursor: 'one' } } },
        { body: { data: [3], page: { hasMore: true, cursor: 'two' } } },
        { body: { page: { hasMore: false, cursor: 'three' } } },
      ),
    )
    expect(await api.list('it', '/v2/apps', { limit: 2 })).toEqual([1, 2, 3])
    expect(requests.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&cursor=one', '?limit=2&cursor=two'])
  })

  test('is empty if nothing exists', async () => {
    for (const reply of [notFound, { body: {} }, { body: { data: null } }, { body: { page: { hasMore: true } } }]) {
      expect(await openApi(() => reply).api.list('it', '/v2/apps')).toEqual([])
    }
  })
})

describe('a change', () => {
  test('sends an empty body and returns the response', async () => {
    const { api, requests } = openApi(() => ({ body: { data: { runId: 'run_2' } } }))
    expect(await api.post('it', '/v2/runs/run_1/rerun', [])).toEqual({ data: { runId: 'run_2' } })
    expect(requests[0]).toMatchObject({ method: 'POST', text: '{}' })
    expect(requests[0]!.url.href).toBe('http://engine.test/v2/runs/run_1/rerun')
  })

  test('returns undefined for an expected rejection', async () => {
    const ended: Reply = { status: 409, body: { errors: [{ code: 'run_already_ended', message: 'Ended' }] } }
    expect(await openApi(() => ended).api.post('it', '/v2/runs/run_1/cancel', [404, 409])).toBeUndefined()
    expect(await openApi(() => notFound).api.post('it', '/v2/runs/run_1/cancel', [404, 409])).toBeUndefined()
  })

  test('is requested again once Inngest accepts requests again', async () => {
    const limited: Reply = { status: 429, headers: { 'retry-after': '30' } }
    const { api, clock, requests } = openApi(inTurn(limited, { body: { data: {} } }))
    expect(await clock.finish(api.post('cancel the run', '/v2/runs/run_1/cancel', []))).toEqual({ data: {} })
    expect([requests.length, clock.delays]).toEqual([2, [30_000]])
  })

  test('fails if Inngest wants a longer pause than the budget, and says how long', async () => {
    const { api, clock, requests } = openApi(() => ({ status: 429, headers: { 'retry-after': '90' } }))
    const { message } = await requestFailure(clock, api.post('cancel the run', '/v2/runs/run_1/cancel', []))
    expect(message).toBe(
      'Failed to cancel the run on `inngest`: the server responded with 429 and wants no requests for 90 s. ' +
        'Try again in 90 s, send fewer requests, or raise `maxRateLimitWait` (60 s).',
    )
    expect([requests.length, clock.delays]).toEqual([1, []])
  })

  test('fails for any other response, without a retry', async () => {
    const replies: (Reply | Error)[] = [
      notFound,
      { status: 500 },
      { status: 409, body: '<html>' },
      { status: 200, body: '<html>' },
    ]
    for (const reply of replies) {
      const { api, clock, requests } = openApi(inTurn(reply))
      const { message } = await requestFailure(clock, api.post('cancel the run', '/v2/runs/run_1/cancel', [409]))
      expect(message).toContain('Failed to cancel the run on `inngest`: ')
      expect(requests).toHaveLength(1)
      expect(clock.delays).toEqual([])
    }
  })

  test('reports that it may have taken effect unless Inngest rejected it', async () => {
    const messageFor = async (reply: Reply): Promise<string> => {
      const { api, clock } = openApi(() => reply)
      return (await requestFailure(clock, api.post('cancel the run', '/v2/runs/run_1/cancel', []))).message
    }
    expect(await messageFor({ status: 500 })).toContain('It may have taken effect')
    expect(await messageFor(notFound)).not.toContain('It may have taken effect')
  })
})

describe("the server's time", () => {
  const at = (clock: VirtualClock, ms: number) => ({ date: new Date(clock.now() + ms).toUTCString() })

  test('is requested if no response has provided it', async () => {
    const { api, requests } = openApi(() => ({ headers: at(createVirtualClock(), 60_000), body: {} }))
    expect(await api.time()).toEqual({ offsetMs: 61_000, roundTripMs: 0 })
    expect(requests.map(({ method, url }) => [method, url.pathname])).toEqual([['GET', '/v2/health']])
    await api.time()
    expect(requests).toHaveLength(1)
  })

  test('returns the known offset without a request', async () => {
    const { api, requests, clock } = openApi(() => ({ headers: at(createVirtualClock(), 60_000), body: {} }))
    expect(api.offsetMs()).toBe(0)
    expect(requests).toHaveLength(0)
    await clock.finish(api.get('it', '/v2/apps'))
    expect(api.offsetMs()).toBe(61_000)
    expect(requests).toHaveLength(1)
  })

  test('is the local time while the server provides none', async () => {
    const { api } = openApi(inTurn(connectionError('ECONNREFUSED')))
    expect(await api.time()).toEqual({ offsetMs: 0, roundTripMs: 0 })
  })
})
