import { defineCronJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import { toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import type { JobRegistry } from '@cgk-platform/jobs-core/provider'
import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import type { Responder } from '../test/kit/fake-server.ts'
import { openApi } from '../test/kit/open-api.ts'
import type { EngineFunction } from './api/engine-shapes.ts'
import { checkHealth } from './health.ts'
import { createSubscriptions } from './read/subscriptions.ts'

const job = (id: string): Definition => defineJob({ id, event: 'work.asked', handler: () => undefined })
const notFound: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'App not found' }] } }

/** Creates a server with the app `my shop` that has these functions, and another app that has all. */
function serverWith(...functions: (string | EngineFunction)[]): Responder {
  const listed = functions.map((one) => (typeof one === 'string' ? { id: one } : one))
  return ({ url }) => {
    const { pathname } = url
    if (pathname === '/v2/apps') return { body: { data: [{ id: 'my shop' }, { id: 'other' }] } }
    if (pathname === '/v2/apps/my%20shop') return { body: { data: { id: 'my shop' } } }
    if (pathname === '/v2/apps/my%20shop/functions') return { body: { data: listed } }
    if (pathname === '/v2/apps/other/functions') return { body: { data: [{ id: 'one' }, { id: 'two' }] } }
    return notFound
  }
}

type Setting = Partial<Parameters<typeof checkHealth>[0]>

async function check(answer: Responder, jobs?: JobRegistry, setting: Setting = {}) {
  const { api, clock, requests } = openApi(answer)
  const subscriptions = createSubscriptions(api, clock)
  const health = await clock.finish(
    checkHealth(
      { id: 'my shop', mode: 'cloud', eventKey: 'key', apiBaseUrl: 'https://api.inngest.com', ...setting },
      jobs,
      { api, subscriptions },
    ),
  )
  expect(health.provider).toBe('inngest')
  expect(health.ok).toBe(health.checks.every(({ ok }) => ok))
  expect(new Set(health.checks.map(({ name }) => name)).size).toBe(health.checks.length)
  return { ...health, requests, checks: health.checks.map(({ name, ok, message }) => [name, ok, message]) }
}

const reached = [
  ['engine', true, 'responds'],
  ['signing key', true, 'is accepted'],
]

describe('a healthy engine', () => {
  test('is said to lose jobs if it can be a self-hosted server without Redis', async () => {
    const { checks } = await check(serverWith('one'), undefined, { apiBaseUrl: 'https://inngest.shop.example' })
    const message =
      'responds. A self-hosted server that stops loses the jobs of its last second, without `--redis-uri` of its last minute'
    expect(checks[0]).toEqual(['engine', true, message])
    const local = { apiBaseUrl: 'http://localhost:8288', mode: 'dev' } as const
    expect((await check(serverWith('one'), undefined, local)).checks[0]).toEqual(['engine', true, 'responds'])
  })

  test('responds, accepts the key, knows the app and has its functions', async () => {
    const { ok, checks } = await check(serverWith('one', 'two', 'more'), toJobRegistry([job('one'), job('two')]))
    expect(checks).toEqual([
      ...reached,
      ['app', true, '`my shop` is synced'],
      ['functions', true, '3 are registered, including all 2 for the jobs of this process'],
    ])
    expect(ok).toBe(true)
  })

  test('needs no keys if it is a dev server', async () => {
    const { ok, checks } = await check(serverWith('one'), undefined, { mode: 'dev', eventKey: undefined })
    expect(checks[1]).toEqual(['signing key', true, 'not needed for a dev server'])
    expect(checks.map(([name]) => name)).toEqual(['engine', 'signing key', 'app', 'functions'])
    expect(ok).toBe(true)
  })
})

describe('a problem', () => {
  test('is an app that was never synced', async () => {
    const { ok, checks } = await check(serverWith('one'), toJobRegistry([job('one')]), { id: 'forgotten' })
    expect(checks).toEqual([...reached, ['app', false, '`forgotten` is not synced. Sync the app, or correct `appId`']])
    expect(ok).toBe(false)
  })

  test('is a job that only another app has', async () => {
    const { ok, checks } = await check(serverWith('two'), toJobRegistry([job('one'), job('two'), job('three')]))
    expect(checks.at(-1)).toEqual(['functions', false, 'not registered: `one`, `three`. Sync the app again'])
    expect(ok).toBe(false)
  })

  test('is a paused function, with the remedy to resume it', async () => {
    const { ok, checks } = await check(serverWith('one', { id: 'two', isPaused: true }), toJobRegistry([job('two')]))
    expect(checks.at(-1)).toEqual(['functions', false, 'paused: `two`. Resume it in Inngest'])
    expect(ok).toBe(false)
    const jobs = toJobRegistry([job('two'), job('three')])
    expect((await check(serverWith({ id: 'two', isPaused: true }), jobs)).checks.at(-1)).toEqual([
      'functions',
      false,
      'not registered: `three`. Sync the app again; paused: `two`. Resume it in Inngest',
    ])
    expect((await check(serverWith({ id: 'two', isPaused: true }), toJobRegistry([]))).ok).toBe(true)
  })

  test('is a cron job without a dispatcher', async () => {
    const daily = defineCronJob({ id: 'daily', schedule: '0 9 * * *', handler: () => undefined })
    const { checks } = await check(serverWith('daily'), toJobRegistry([daily]))
    expect(checks.at(-1)).toEqual(['functions', false, 'not registered: `daily-tick`. Sync the app again'])
    expect((await check(serverWith('daily', 'daily-tick'), toJobRegistry([daily]))).ok).toBe(true)
  })

  test('is the cloud without an event key, even if the server does not respond', async () => {
    const message = 'is missing, so nothing can be sent. Set `eventKey` or `INNGEST_EVENT_KEY`'
    for (const answer of [serverWith('one'), inTurn(connectionError('ECONNREFUSED'))]) {
      const { ok, checks } = await check(answer, undefined, { eventKey: undefined })
      expect(checks.at(-1)).toEqual(['event key', false, message])
      expect(ok).toBe(false)
    }
  })

  test.each([401, 403])('is a key rejected with %i', async (status) => {
    const { ok, checks } = await check(inTurn({ status, body: { error: 'Unauthorized' } }))
    expect(checks).toEqual([
      ['engine', true, 'responds'],
      [
        'signing key',
        false,
        expect.stringContaining(`the server responded with ${status} (Unauthorized). Check the signing key`),
      ],
    ])
    expect(ok).toBe(false)
  })

  test('is an engine that is unreachable, crashes, or is not Inngest', async () => {
    const replies = [connectionError('ECONNREFUSED'), { status: 500 }, { status: 404, body: '<html>' }, { status: 400 }]
    for (const reply of replies) {
      const { ok, checks } = await check(inTurn(reply))
      expect(checks).toEqual([['engine', false, expect.stringContaining('Failed to read the app on `inngest`: ')]])
      expect(ok).toBe(false)
    }
  })

  test('is an engine that crashes during the check', async () => {
    const { ok, checks } = await check(inTurn({ body: { data: { id: 'my shop' } } }, { status: 500 }))
    expect(checks).toEqual([['engine', false, expect.stringContaining('Failed to list the registered apps')]])
    expect(ok).toBe(false)
  })
})
