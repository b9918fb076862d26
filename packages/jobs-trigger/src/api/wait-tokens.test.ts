import { inTurn } from '@cgk-platform/test-kit/replies'
import { afterEach, expect, test, vi } from 'vitest'

import { createFakeServer } from '../../test/kit/fake-server.ts'

afterEach(() => vi.unstubAllGlobals())

test('creates a token with a timeout in whole seconds, at least one', async () => {
  const { api, requests } = await createFakeServer(() => ({ body: { id: 'waitpoint_1', isCached: false, url: '' } }))
  const token = { tags: ['await:x', 'of:run_1'], idempotencyKey: 'run_1/5/6/a' }
  expect(await api.tokens.create('it', { ...token, timeoutMs: 1500 })).toBe('waitpoint_1')
  await api.tokens.create('it', { ...token, timeoutMs: -5 })
  expect(
    requests.map(({ method, url, body }) => [method, url.pathname, (body as { timeout: string }).timeout]),
  ).toEqual([
    ['POST', '/api/v1/waitpoints/tokens', '2s'],
    ['POST', '/api/v1/waitpoints/tokens', '1s'],
  ])
  expect(requests[0]!.body).toMatchObject({ tags: ['await:x', 'of:run_1'], idempotencyKey: 'run_1/5/6/a' })
})

test('reads all pages of a list', async () => {
  const token = (id: string) => ({ id, status: 'WAITING', tags: ['t1'], createdAt: '2026-03-01T12:00:00Z' })
  const { api, requests } = await createFakeServer(
    inTurn(
      { body: { data: [token('a')], pagination: { next: 'cursor' } } },
      { body: { data: [token('b')], pagination: {} } },
    ),
  )
  const tags = Array.from({ length: 40 }, (_, index) => `t${index}`)
  const found = await api.tokens.waiting('it', tags)
  expect(found.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(found[0]).toMatchObject({ tags: ['t1'], createdAt: new Date('2026-03-01T12:00:00Z') })
  const queries = requests.map(({ url }) => Object.fromEntries(url.searchParams))
  expect(queries[0]).toEqual({
    'filter[status]': 'WAITING',
    'filter[tags]': tags.join(','),
    'page[size]': '100',
  })
  expect(queries[1]).toMatchObject({ 'page[after]': 'cursor' })
})

test('returns a short list with one request, and no longer one', async () => {
  const token = { id: 'a', status: 'WAITING', tags: ['t1'], createdAt: '2026-03-01T12:00:00Z' }
  const { api, requests } = await createFakeServer(
    inTurn({ body: { data: [token], pagination: {} } }, { body: { data: [token], pagination: { next: 'cursor' } } }),
  )
  expect((await api.tokens.fewWaiting('it', 't1'))?.map(({ id }) => id)).toEqual(['a'])
  expect(await api.tokens.fewWaiting('it', 't1')).toBeUndefined()
  expect(requests).toHaveLength(2)
})

test('returns the output of a token only if it is a string and not an error', async () => {
  const token = { id: 'waitpoint_1', status: 'COMPLETED', completedAt: '2026-03-01T12:00:00Z' }
  const { api } = await createFakeServer(
    inTurn(
      { body: { ...token, output: 'it', outputType: 'text/plain', outputIsError: false } },
      { body: { ...token, output: '{"json":1}', outputType: 'application/super+json' } },
      { body: { ...token, output: 'late', outputType: 'text/plain', outputIsError: true } },
      { status: 404, body: { error: 'Waitpoint not found' } },
    ),
  )
  const read = () => api.tokens.read('it', 'waitpoint_1')
  expect(await read()).toMatchObject({ output: 'it', completedAt: new Date('2026-03-01T12:00:00Z') })
  expect((await read())?.output).toBeUndefined()
  expect((await read())?.output).toBeUndefined()
  expect(await read()).toBeUndefined()
})

test('completes a token with a string, and retries while the server is unavailable', async () => {
  const { api, requests, clock } = await createFakeServer(
    inTurn({ status: 503, body: '<html>' }, { body: { success: true } }),
  )
  await clock.finish(api.tokens.complete('it', 'waitpoint_1', 'text'))
  expect(requests.map(({ url, body }) => [url.pathname, body])).toEqual(
    Array.from({ length: 2 }, () => ['/api/v1/waitpoints/tokens/waitpoint_1/complete', { data: 'text' }]),
  )
})

test('sets metadata by key', async () => {
  const { api, requests } = await createFakeServer(() => ({ body: { metadata: {} } }))
  await api.setMetadata('run_1', { workflow: { a: 1 } })
  expect(requests).toMatchObject([
    {
      method: 'PUT',
      url: { pathname: '/api/v1/runs/run_1/metadata' },
      body: { operations: [{ type: 'set', key: 'workflow', value: { a: 1 } }] },
    },
  ])
})

test('aborts a request that timed out, so it cannot arrive after the next one', async () => {
  const { api, clock } = await createFakeServer(() => ({ body: { metadata: {} } }))
  const respond = globalThis.fetch
  const signals: (AbortSignal | null | undefined)[] = []
  vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>): Promise<Response> => {
    signals.push(args[1]?.signal)
    return signals.length === 1 ? new Promise<never>(() => undefined) : respond(...args)
  })
  await clock.finish(api.setMetadata('run_1', { workflow: { a: 1 } }))
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false])
})
