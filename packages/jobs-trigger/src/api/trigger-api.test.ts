import { RequestFailure } from '@cgk-platform/jobs-core/hosted'
import { connectionError, inTurn } from '@cgk-platform/test-kit/replies'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { type Respond, createFakeServer, testKey } from '../../test/kit/fake-server.ts'
import type { TriggerConfig } from '../trigger-config.ts'
import type { TriggerRequest } from './trigger-api.ts'

const variables = [
  'TRIGGER_SECRET_KEY',
  'TRIGGER_ACCESS_TOKEN',
  'TRIGGER_API_URL',
  'TRIGGER_PREVIEW_BRANCH',
  'TRIGGER_VERSION',
  'TRIGGER_DEV_BRANCH',
  'VERCEL_GIT_COMMIT_REF',
]
const accepted = { body: { id: 'run_1' } }
const key = 'a'.repeat(64)

beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

async function open(respond: Respond, config?: TriggerConfig) {
  const server = await createFakeServer(respond, config)
  const { api, clock } = server
  const trigger = (request: TriggerRequest = { idempotencyKey: key }) =>
    clock.finish(api.trigger('event-work', { number: 1 }, request))
  return { ...server, trigger }
}

async function failureOf(work: Promise<unknown>): Promise<RequestFailure> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (error instanceof RequestFailure) return error
  throw new Error('The request did not fail.', { cause: error })
}

describe('a trigger', () => {
  test('sends one request for a run that never expires', async () => {
    const { requests, trigger } = await open(() => accepted)
    expect(await trigger()).toEqual({ id: 'run_1', isCached: false, wasRetried: false })
    expect(requests.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      'POST http://trigger.test/api/v1/tasks/event-work/trigger',
    ])
    expect(requests[0]!.headers.get('authorization')).toBe(`Bearer ${testKey}`)
    const { payload, options } = requests[0]!.body as { payload: string; options: Record<string, unknown> }
    expect(JSON.parse(payload)).toEqual({ json: { number: 1 } })
    expect(options).toMatchObject({ ttl: 0, idempotencyKey: key, payloadType: 'application/super+json' })
    expect(options).not.toHaveProperty('parentRunId')
    expect(options).not.toHaveProperty('lockToVersion')
  })

  test('sends the options of the run', async () => {
    const { requests, trigger } = await open(() => accepted)
    const delay = new Date('2027-01-01T00:00:00Z')
    const request = { tags: ['jobs'], delay, version: '20260301.1' }
    await trigger({ ...request, idempotencyKey: key, idempotencyKeyTtlMs: 1001 })
    expect((requests[0]!.body as { options: unknown }).options).toMatchObject({
      tags: ['jobs'],
      delay: delay.toISOString(),
      lockToVersion: '20260301.1',
      idempotencyKeyTTL: '2s',
    })
  })

  test('sends the version of the connection', async () => {
    vi.stubEnv('TRIGGER_VERSION', 'from the environment')
    const versions = []
    for (const config of [{}, { version: 'configured' }]) {
      const { requests, trigger } = await open(() => accepted, config)
      await trigger()
      versions.push((requests[0]!.body as { options: { lockToVersion?: string } }).options.lockToVersion)
    }
    expect(versions).toEqual(['from the environment', 'configured'])
  })

  test('retries transient failures up to three times, and reports that it did', async () => {
    const { requests, clock, trigger } = await open(
      inTurn({ status: 500 }, connectionError('ECONNRESET'), { status: 429 }, accepted),
    )
    expect(await trigger()).toMatchObject({ id: 'run_1', wasRetried: true })
    expect(requests).toHaveLength(4)
    expect(clock.delays.filter((delay) => delay !== 15_000)).toEqual([100, 200, 100])
    const bodies = requests.map(({ body }) => JSON.stringify(body))
    expect(new Set(bodies).size).toBe(1)
  })

  test('may have succeeded if the response of an earlier try was lost', async () => {
    const { trigger } = await open(inTurn({ status: 500 }, { status: 422, body: { error: 'No' } }))
    expect((await failureOf(trigger())).failure).toMatchObject({ status: 422, mayHaveSucceeded: true })
  })

  test('times out after 15 seconds', async () => {
    const { requests, trigger } = await open(async (_, index) =>
      index === 0 ? new Promise<never>(() => undefined) : accepted,
    )
    expect(await trigger()).toMatchObject({ id: 'run_1' })
    expect(requests).toHaveLength(2)
    const silent = await open(async () => new Promise<never>(() => undefined))
    expect((await failureOf(silent.trigger())).failure).toMatchObject({
      problem: 'no response within 15000 ms',
      mayHaveSucceeded: true,
    })
  })

  test('may have succeeded if its response is unreadable, and is retried only if the response was truncated', async () => {
    for (const [body, times] of [
      ['{"id":"ru', 4],
      [{ id: 7 }, 1],
    ] as const) {
      const { requests, trigger } = await open(() => ({ body }))
      expect((await failureOf(trigger())).failure).toMatchObject({
        problem: 'the response cannot be read',
        mayHaveSucceeded: true,
      })
      expect(requests).toHaveLength(times)
    }
  })
})

describe('a connection', () => {
  test('without a key sends no request', async () => {
    const { requests, clock, trigger } = await open(() => accepted, { apiKey: undefined })
    expect((await failureOf(trigger())).failure).toMatchObject({
      problem: 'the key is missing',
      mayHaveSucceeded: false,
    })
    expect([requests.length, clock.pending()]).toEqual([0, 0])
  })

  test('reads omitted settings from the environment at each request', async () => {
    const { requests, trigger, api, clock } = await open(() => accepted, { apiKey: undefined, apiUrl: undefined })
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr_prod_1')
    vi.stubEnv('TRIGGER_API_URL', 'http://own.test/')
    vi.stubEnv('TRIGGER_PREVIEW_BRANCH', 'a-branch')
    await trigger()
    await clock.finish(api.addTags('run_1', ['one']))
    for (const { url, headers } of requests) {
      expect(url.href).toMatch(/^http:\/\/own\.test\/api\/v1\//)
      expect([headers.get('authorization'), headers.get('x-trigger-branch')]).toEqual(['Bearer tr_prod_1', 'a-branch'])
    }
    expect(requests).toHaveLength(2)
  })

  test('uses the branch of the environment that the SDK would use', async () => {
    for (const [name, value, branch] of [
      ['VERCEL_GIT_COMMIT_REF', 'vercel-branch', 'vercel-branch'],
      ['TRIGGER_DEV_BRANCH', 'dev-branch', 'dev-branch'],
      ['TRIGGER_DEV_BRANCH', 'default', null],
    ] as const) {
      vi.stubEnv(name, value)
      const { requests, trigger, api, clock } = await open(() => accepted)
      await trigger()
      await clock.finish(api.addTags('run_1', ['one']))
      expect(requests.map(({ headers }) => headers.get('x-trigger-branch'))).toEqual([branch, branch])
      vi.stubEnv(name, undefined)
    }
  })

  test('does not affect other connections in the process', async () => {
    const one = await open(() => accepted, { apiKey: 'tr_dev_one' })
    const other = await createFakeServer(() => accepted, { apiKey: 'tr_dev_other', apiUrl: 'http://other.test' })
    const work = [1, 2, 3].flatMap(() =>
      [one, other].map(({ api }) => api.trigger('event-work', 1, { idempotencyKey: key })),
    )
    await one.clock.finish(other.clock.finish(Promise.all(work)))
    const pairs = other.requests.map(({ url, headers }) => `${url.host} ${headers.get('authorization')}`)
    expect(new Set(pairs)).toEqual(new Set(['trigger.test Bearer tr_dev_one', 'other.test Bearer tr_dev_other']))
    expect(pairs).toHaveLength(6)
  })
})
