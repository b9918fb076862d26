import { afterEach, expect, test, vi } from 'vitest'

import { createFakeServer, inTurn } from '../../test/kit/fake-server.ts'

afterEach(() => vi.unstubAllGlobals())

test('a token is made with whole seconds, counted by the server, and never none', async () => {
  const { api, asked } = await createFakeServer(() => ({ body: { id: 'waitpoint_1', isCached: false, url: '' } }))
  const token = { tags: ['await:x', 'of:run_1'], idempotencyKey: 'run_1/5/6/a' }
  expect(await api.tokens.create('it', { ...token, timeoutMs: 1500 })).toBe('waitpoint_1')
  await api.tokens.create('it', { ...token, timeoutMs: -5 })
  expect(asked.map(({ method, url, body }) => [method, url.pathname, (body as { timeout: string }).timeout])).toEqual([
    ['POST', '/api/v1/waitpoints/tokens', '2s'],
    ['POST', '/api/v1/waitpoints/tokens', '1s'],
  ])
  expect(asked[0]!.body).toMatchObject({ tags: ['await:x', 'of:run_1'], idempotencyKey: 'run_1/5/6/a' })
})

test('all pages of a list are read', async () => {
  const token = (id: string) => ({ id, status: 'WAITING', tags: ['t1'], createdAt: '2026-03-01T12:00:00Z' })
  const { api, asked } = await createFakeServer(
    inTurn(
      { body: { data: [token('a')], pagination: { next: 'cursor' } } },
      { body: { data: [token('b')], pagination: {} } },
    ),
  )
  const tags = Array.from({ length: 40 }, (_, index) => `t${index}`)
  const found = await api.tokens.waiting('it', tags)
  expect(found.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(found[0]).toMatchObject({ tags: ['t1'], createdAt: new Date('2026-03-01T12:00:00Z') })
  const queries = asked.map(({ url }) => Object.fromEntries(url.searchParams))
  expect(queries[0]).toEqual({
    'filter[status]': 'WAITING',
    'filter[tags]': tags.join(','),
    'page[size]': '100',
  })
  expect(queries[1]).toMatchObject({ 'page[after]': 'cursor' })
})

test('a token tells the text that it was completed with, and nothing else', async () => {
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
  expect(await read()).toMatchObject({ answer: 'it', completedAt: new Date('2026-03-01T12:00:00Z') })
  expect((await read())?.output).toBeUndefined()
  expect((await read())?.output).toBeUndefined()
  expect(await read()).toBeUndefined()
})

test('a token is completed with a text, asked again where the server is away', async () => {
  const { api, asked, clock } = await createFakeServer(
    inTurn({ status: 503, body: '<html>' }, { body: { success: true } }),
  )
  await clock.finish(api.tokens.complete('it', 'waitpoint_1', 'text'))
  expect(asked.map(({ url, body }) => [url.pathname, body])).toEqual(
    Array.from({ length: 2 }, () => ['/api/v1/waitpoints/tokens/waitpoint_1/complete', { data: 'text' }]),
  )
})

test('metadata is set by its keys', async () => {
  const { api, asked } = await createFakeServer(() => ({ body: { metadata: {} } }))
  await api.setMetadata('run_1', { workflow: { a: 1 } })
  expect(asked).toMatchObject([
    {
      method: 'PUT',
      url: { pathname: '/api/v1/runs/run_1/metadata' },
      body: { operations: [{ type: 'set', key: 'workflow', value: { a: 1 } }] },
    },
  ])
})

test('a request that is given up is dropped, so that it does not come after the next one', async () => {
  const { api, clock } = await createFakeServer(() => ({ body: { metadata: {} } }))
  const answer = globalThis.fetch
  const signals: (AbortSignal | null | undefined)[] = []
  vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>): Promise<Response> => {
    signals.push(args[1]?.signal)
    return signals.length === 1 ? new Promise<never>(() => undefined) : answer(...args)
  })
  await clock.finish(api.setMetadata('run_1', { workflow: { a: 1 } }))
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false])
})
