import { RequestFailure } from '@cgk-platform/jobs-core/provider'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { type Answer, connectionError, createFakeServer, inTurn, testKey } from '../../test/kit/fake-server.ts'
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
const taken = { body: { id: 'run_1' } }
const key = 'a'.repeat(64)

beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

async function open(answer: Answer, config?: TriggerConfig) {
  const server = await createFakeServer(answer, config)
  const { api, clock } = server
  const trigger = (request: TriggerRequest = { idempotencyKey: key }) =>
    clock.finish(api.trigger('event-work', { number: 1 }, request))
  return { ...server, trigger }
}

async function failureOf(work: Promise<unknown>): Promise<RequestFailure> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (error instanceof RequestFailure) return error
  throw new Error('It did not fail.', { cause: error })
}

describe('a trigger', () => {
  test('asks once for a run that never expires', async () => {
    const { asked, trigger } = await open(() => taken)
    expect(await trigger()).toEqual({ id: 'run_1', isCached: false, wasRetried: false })
    expect(asked.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      'POST http://trigger.test/api/v1/tasks/event-work/trigger',
    ])
    expect(asked[0]!.headers.get('authorization')).toBe(`Bearer ${testKey}`)
    const { payload, options } = asked[0]!.body as { payload: string; options: Record<string, unknown> }
    expect(JSON.parse(payload)).toEqual({ json: { number: 1 } })
    expect(options).toMatchObject({ ttl: 0, idempotencyKey: key, payloadType: 'application/super+json' })
    expect(options).not.toHaveProperty('parentRunId')
    expect(options).not.toHaveProperty('lockToVersion')
  })

  test('asks for what is wanted of the run', async () => {
    const { asked, trigger } = await open(() => taken)
    const delay = new Date('2027-01-01T00:00:00Z')
    const request = { tags: ['jobs'], delay, concurrencyKey: 'acme', version: '20260301.1' }
    await trigger({ ...request, idempotencyKey: key, idempotencyKeyTtlMs: 1001 })
    expect((asked[0]!.body as { options: unknown }).options).toMatchObject({
      tags: ['jobs'],
      delay: delay.toISOString(),
      concurrencyKey: 'acme',
      lockToVersion: '20260301.1',
      idempotencyKeyTTL: '2s',
    })
  })

  test('asks for the version of the connection, whatever process it is in', async () => {
    vi.stubEnv('TRIGGER_VERSION', 'of the environment')
    const versions = []
    for (const config of [{}, { version: 'configured' }]) {
      const { asked, trigger } = await open(() => taken, config)
      await trigger()
      versions.push((asked[0]!.body as { options: { lockToVersion?: string } }).options.lockToVersion)
    }
    expect(versions).toEqual(['of the environment', 'configured'])
  })

  test('asks again where that may mend it, three times, and tells that it did', async () => {
    const { asked, clock, trigger } = await open(
      inTurn({ status: 500 }, connectionError('ECONNRESET'), { status: 429 }, taken),
    )
    expect(await trigger()).toMatchObject({ id: 'run_1', wasRetried: true })
    expect(asked).toHaveLength(4)
    expect(clock.delays.filter((delay) => delay !== 15_000)).toEqual([100, 200, 400])
    const bodies = asked.map(({ body }) => JSON.stringify(body))
    expect(new Set(bodies).size).toBe(1)
  })

  test('may have been accepted where an answer before the last one was lost', async () => {
    const { trigger } = await open(inTurn({ status: 500 }, { status: 422, body: { error: 'No' } }))
    expect((await failureOf(trigger())).failure).toMatchObject({ status: 422, mayHaveSucceeded: true })
  })

  test('waits for no answer longer than 15 seconds', async () => {
    const { asked, trigger } = await open(async (_, index) =>
      index === 0 ? new Promise<never>(() => undefined) : taken,
    )
    expect(await trigger()).toMatchObject({ id: 'run_1' })
    expect(asked).toHaveLength(2)
    const silent = await open(async () => new Promise<never>(() => undefined))
    expect((await failureOf(silent.trigger())).failure).toMatchObject({
      problem: 'no answer within 15000 ms',
      mayHaveSucceeded: true,
    })
  })

  test('may have been accepted where its answer cannot be read, which asking again mends where it was cut off', async () => {
    for (const [body, times] of [
      ['{"id":"ru', 4],
      [{ id: 7 }, 1],
    ] as const) {
      const { asked, trigger } = await open(() => ({ body }))
      expect((await failureOf(trigger())).failure).toMatchObject({
        problem: 'its answer cannot be read',
        mayHaveSucceeded: true,
      })
      expect(asked).toHaveLength(times)
    }
  })
})

describe('a connection', () => {
  test('without a key asks for nothing, and says what to set', async () => {
    const { asked, clock, trigger } = await open(() => taken, { apiKey: undefined })
    expect((await failureOf(trigger())).failure).toMatchObject({ problem: 'there is no key', mayHaveSucceeded: false })
    expect([asked.length, clock.pending()]).toEqual([0, 0])
  })

  test('takes what is left out from the environment, as it is when it is asked', async () => {
    const { asked, trigger, api, clock } = await open(() => taken, { apiKey: undefined, apiUrl: undefined })
    vi.stubEnv('TRIGGER_SECRET_KEY', 'tr_prod_1')
    vi.stubEnv('TRIGGER_API_URL', 'http://own.test/')
    vi.stubEnv('TRIGGER_PREVIEW_BRANCH', 'a-branch')
    await trigger()
    await clock.finish(api.addTags('run_1', ['one']))
    for (const { url, headers } of asked) {
      expect(url.href).toMatch(/^http:\/\/own\.test\/api\/v1\//)
      expect([headers.get('authorization'), headers.get('x-trigger-branch')]).toEqual(['Bearer tr_prod_1', 'a-branch'])
    }
    expect(asked).toHaveLength(2)
  })

  test("is to the branch that the SDK takes for the environment's, in every request", async () => {
    for (const [name, value, branch] of [
      ['VERCEL_GIT_COMMIT_REF', 'of-vercel', 'of-vercel'],
      ['TRIGGER_DEV_BRANCH', 'of-development', 'of-development'],
      ['TRIGGER_DEV_BRANCH', 'default', null],
    ] as const) {
      vi.stubEnv(name, value)
      const { asked, trigger, api, clock } = await open(() => taken)
      await trigger()
      await clock.finish(api.addTags('run_1', ['one']))
      expect(asked.map(({ headers }) => headers.get('x-trigger-branch'))).toEqual([branch, branch])
      vi.stubEnv(name, undefined)
    }
  })

  test('stays apart from others in the process', async () => {
    const one = await open(() => taken, { apiKey: 'tr_dev_one' })
    const other = await createFakeServer(() => taken, { apiKey: 'tr_dev_other', apiUrl: 'http://other.test' })
    const work = [1, 2, 3].flatMap(() =>
      [one, other].map(({ api }) => api.trigger('event-work', 1, { idempotencyKey: key })),
    )
    await one.clock.finish(other.clock.finish(Promise.all(work)))
    const pairs = other.asked.map(({ url, headers }) => `${url.host} ${headers.get('authorization')}`)
    expect(new Set(pairs)).toEqual(new Set(['trigger.test Bearer tr_dev_one', 'other.test Bearer tr_dev_other']))
    expect(pairs).toHaveLength(6)
  })
})
