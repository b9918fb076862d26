import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { recordedApps, recordedFunctions } from '../../test/fixtures/recorded.ts'
import type { Responder } from '../../test/kit/fake-server.ts'
import { openApi, requestFailure } from '../../test/kit/open-api.ts'
import { createVirtualClock } from '../../test/kit/virtual-clock.ts'
import type { EngineApi } from '../api/engine-api.ts'
import type { EngineFunction } from '../api/engine-shapes.ts'
import { createSubscriptions } from './subscriptions.ts'

function open(answer: Responder) {
  const setting = openApi(answer)
  return { ...setting, subscriptions: createSubscriptions(setting.api, setting.clock) }
}

/** Opens a server whose only app has these functions. */
function openWith(...functions: EngineFunction[]) {
  return open(({ url }) => ({ body: { data: url.pathname.endsWith('/functions') ? functions : [{ id: 'shop' }] } }))
}

const triggeredBy = (...triggers: NonNullable<EngineFunction['triggers']>): EngineFunction => ({ id: 'a', triggers })

describe('registered functions', () => {
  test('have event names and attempts, also if the response omits a count of 0', async () => {
    const { subscriptions, requests } = open(({ url }) => ({
      body: { data: url.pathname.endsWith('/functions') ? recordedFunctions : recordedApps },
    }))
    const since = Date.parse('2026-11-25T15:38:03Z')
    expect(await subscriptions.all()).toEqual([
      { appId: 'probe-app', functionId: 'ret-undef', events: ['probe/ret'], maxAttempts: 5, since },
      { appId: 'probe-app', functionId: 'throw-string', events: ['probe/throw-string'], maxAttempts: 1, since },
      { appId: 'probe-app', functionId: 'plain-retry', events: ['probe/plain-retry'], maxAttempts: 3, since },
      { appId: 'probe-app', functionId: 'cronned', events: [], maxAttempts: 5, since },
    ])
    expect(requests.map(({ url }) => url.pathname + url.search)).toEqual([
      '/v2/apps?limit=100',
      '/v2/apps/probe-app/functions?limit=100',
    ])
  })

  test('have no number of attempts if the engine does not provide one', async () => {
    for (const configuration of [undefined, {}]) {
      const { subscriptions } = openWith({ id: 'a', ...(configuration && { configuration }) })
      expect(await subscriptions.all()).toEqual([
        { appId: 'shop', functionId: 'a', events: [], maxAttempts: undefined },
      ])
    }
  })

  test('are read from all apps that are not archived, over all pages', async () => {
    const pages: Record<string, Reply> = {
      '/v2/apps?limit=100': { body: { data: [{ id: 'one' }], page: { hasMore: true, cursor: 'next' } } },
      '/v2/apps?limit=100&cursor=next': { body: { data: [{ id: 'old', isArchived: true }, { id: 'a b/c' }] } },
      '/v2/apps/one/functions?limit=100': { body: { data: [{ id: 'a' }], page: { hasMore: true, cursor: 'next' } } },
      '/v2/apps/one/functions?limit=100&cursor=next': { body: { data: [{ id: 'b' }] } },
      '/v2/apps/a%20b%2Fc/functions?limit=100': { body: { data: [{ id: 'a' }] } },
    }
    const { subscriptions } = open(({ url }) => pages[url.pathname + url.search] ?? { status: 400 })
    const ids = (await subscriptions.all()).map(({ appId, functionId }) => [appId, functionId])
    expect(ids).toEqual([
      ['one', 'a'],
      ['one', 'b'],
      ['a b/c', 'a'],
    ])
  })
})

describe('the functions subscribed to an event', () => {
  test.each<[boolean, ...NonNullable<EngineFunction['triggers']>]>([
    [true, { value: 'order.created' }],
    [true, { value: 'order.paid' }, { value: 'order.created' }],
    [false, { value: 'order.create' }],
    [false, { value: 'order.created.again' }],
    [true, { value: 'order.*' }],
    [true, { value: '*' }],
    [true, { value: 'order.created*' }],
    [false, { value: 'orders.*' }],
    [false, { value: '*.created' }],
    [false, { value: 'order.created', if: 'event.data.total > 5' }],
    [true, { value: 'order.created', if: '' }],
    [false, { type: 'EVENT' }],
  ])('match its name, or a prefix with a star, without an expression: %s for %j', async (isRun, ...triggers) => {
    const found = await openWith(triggeredBy(...triggers)).subscriptions.of('order.created')
    expect(found).toHaveLength(isRun ? 1 : 0)
  })

  test.each(['debounce', 'eventsBatch', 'rateLimit', 'singleton'])(
    'exclude functions that can drop an event, here by `%s`: it has no run, and is not lost',
    async (option) => {
      const trigger = triggeredBy({ value: 'order.created' })
      const { subscriptions } = openWith({ ...trigger, configuration: { [option]: {} } })
      expect(await subscriptions.of('order.created')).toEqual([])
      expect(await subscriptions.all()).toHaveLength(1)
      expect(
        await openWith({ ...trigger, configuration: { [option]: null } }).subscriptions.of('order.created'),
      ).toHaveLength(1)
    },
  )

  test('exclude archived functions and mark paused ones', async () => {
    const trigger = triggeredBy({ value: 'order.created' })
    expect(await openWith({ ...trigger, isArchived: true }).subscriptions.of('order.created')).toEqual([])
    const [paused] = (await openWith({ ...trigger, isPaused: true }).subscriptions.of('order.created'))!
    expect(paused).toMatchObject({ functionId: 'a', isPaused: true })
    const [running] = (await openWith({ ...trigger, isPaused: false }).subscriptions.of('order.created'))!
    expect(running).not.toHaveProperty('isPaused')
  })

  test.each<[string, Reply]>([
    ['an unknown path', { status: 404, body: { errors: [{ code: 'api_error', message: 'Not Found' }] } }],
    ['a key without permission', { status: 403, body: { error: 'Forbidden' } }],
    ['a list that is not implemented', { status: 501 }],
    ['an HTML page', { status: 200, body: '<html>' }],
  ])('are unknown if the engine responds with %s', async (_, reply) => {
    const { subscriptions, clock } = open(() => reply)
    expect(await clock.finish(subscriptions.of('order.created'))).toBeUndefined()
    expect(await requestFailure(clock, subscriptions.all())).toMatchObject({ status: reply.status })
  })

  test.each<[string, Reply | Error]>([
    ['is unavailable', connectionError('ECONNREFUSED')],
    ['crashes', { status: 500 }],
    ['is overloaded', { status: 429 }],
    ['is slow', { status: 408 }],
  ])('cannot be read while the engine %s', async (_, reply) => {
    const { subscriptions, clock } = open(inTurn(reply))
    const { message } = await requestFailure(clock, subscriptions.of('order.created'))
    expect(message).toContain('Failed to list the registered apps')
  })
})

test('passes on a bug of this library', async () => {
  const fault = new TypeError('x is not a function')
  const api = { list: () => Promise.reject(fault) } as Partial<EngineApi> as EngineApi
  await expect(createSubscriptions(api, createVirtualClock()).of('order.created')).rejects.toBe(fault)
})

describe('cached registrations', () => {
  test('are used for five seconds', async () => {
    const { subscriptions, clock, requests } = openWith(triggeredBy({ value: 'order.created' }))
    await subscriptions.of('order.created')
    await clock.advance(5000)
    await subscriptions.of('order.paid')
    expect(requests).toHaveLength(2)
    await clock.advance(1)
    await subscriptions.all()
    expect(requests).toHaveLength(4)
  })

  test('are read once for simultaneous calls', async () => {
    const { subscriptions, requests } = openWith()
    await Promise.all([subscriptions.all(), subscriptions.of('order.created'), subscriptions.all()])
    expect(requests).toHaveLength(2)
  })

  test('are read again if no function matches a newer event', async () => {
    const lists = [[], [triggeredBy({ value: 'order.created' })]]
    const { subscriptions, clock, requests } = open(({ url }) => {
      if (!url.pathname.endsWith('/functions')) return { body: { data: [{ id: 'shop' }] } }
      return { body: { data: lists.length > 1 ? lists.shift() : lists[0] } }
    })
    await subscriptions.all()
    await clock.advance(2000)
    expect(await subscriptions.of('order.created')).toEqual([])
    expect(await subscriptions.of('order.created', 2000)).toEqual([])
    expect(requests).toHaveLength(2)
    expect(await subscriptions.of('order.created', 1999)).toHaveLength(1)
    expect(requests).toHaveLength(4)
  })

  test('are stored if an earlier read fails late', async () => {
    const first = createDeferred<Reply>()
    const { subscriptions, clock, requests } = open((_, index) => (index === 0 ? first.promise : { body: {} }))
    const failing = subscriptions.all()
    await clock.advance(5001)
    await subscriptions.all()
    first.resolve({ status: 400 })
    expect((await requestFailure(clock, failing)).message).toContain('Failed to list the registered apps')
    await subscriptions.all()
    expect(requests).toHaveLength(2)
  })
})
