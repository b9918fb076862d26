import { createClient } from '@cgk-platform/jobs-core/provider'
import { configure, tasks } from '@trigger.dev/sdk'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { failureOf } from '../kit/failure-of.ts'
import { openSides } from '../kit/open-sides.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'

afterEach(() => vi.unstubAllEnvs())

const payload = { tenantId: 'acme', number: 1 }
const task = 'event-work__asked'

describe('a run without a worker', () => {
  test('expires after ten minutes if the SDK triggered it; a job waits', async () => {
    let nowMs = Date.now()
    const { sdk, library, client, register } = await openSides({ now: () => nowMs })
    await register({ id: 'raw' }, { id: task })
    const { id: sdkResult } = await sdk.tasks.trigger('raw', {})
    const { id } = await library.sendJob('work.asked', payload)
    nowMs += 11 * 60_000
    await expect.poll(async () => (await client.retrieveRun(sdkResult)).status).toBe('EXPIRED')
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'queued' })
  })
})

describe('an idempotency key', () => {
  test('with a TTL of two units lasts 30 days in the SDK; this library converts it to seconds or rejects it', async () => {
    const nowMs = Date.now()
    const { sdk, library, server } = await openSides({ now: () => nowMs })
    const ttlsMs = () => server.runs().map((run) => run.idempotencyKeyExpiresAt!.getTime() - run.createdAt.getTime())
    await sdk.tasks.trigger('raw', {}, { idempotencyKey: 'once', idempotencyKeyTTL: '1h30m' })
    await library.sendJob('work.asked', payload, { idempotencyKey: 'once', idempotencyTtl: '1.5h' })
    expect(ttlsMs()).toEqual([30 * 86_400_000, 5_400_000])
    const mixed = { idempotencyKey: 'once', idempotencyTtl: '1h30m' as never }
    expect(await failureOf(library.sendJob('work.asked', payload, mixed))).toMatchObject({ code: 'invalid_option' })
  })
})

describe('a batch', () => {
  test('returns no ids in the SDK, and its runs do not exist yet; this library returns ids of existing runs', async () => {
    const { sdk, library, client, server } = await openSides()
    const batch = await sdk.tasks.batchTrigger('raw', [{ payload: 1 }, { payload: 2 }])
    expect(Object.keys(batch)).not.toContain('runs')
    expect([batch.runCount, server.runs().length]).toEqual([2, 0])
    const items = [1, 2].map((number) => ({ event: 'work.asked' as const, payload: { ...payload, number } }))
    const results = await library.sendJobs(items)
    for (const result of results) {
      expect(await client.retrieveRun(result.ok ? result.job.id : '')).toMatchObject({ taskIdentifier: task })
    }
  })

  test('fails in the SDK if one item is too large or if it is empty; this library returns a result per item', async () => {
    const { sdk, library, server } = await openSides()
    const datas = ['small', 'x'.repeat(200_000)]
    expect(
      await failureOf(
        sdk.tasks.batchTrigger(
          'raw',
          datas.map((data) => ({ payload: { data } })),
        ),
      ),
    ).toBeInstanceOf(Error)
    expect(await failureOf(sdk.tasks.batchTrigger('raw', []))).toBeInstanceOf(Error)
    expect(server.runs()).toEqual([])
    const items = datas.map((data) => ({ event: 'work.asked' as const, payload: { ...payload, data } }))
    expect((await library.sendJobs(items)).map(({ ok }) => ok)).toEqual([true, false])
    expect(await library.sendJobs([])).toEqual([])
  })
})

describe('the version of the tasks', () => {
  test('in the environment is ignored by a client of the SDK; this library locks the run to it', async () => {
    const { sdk, library, server, register } = await openSides()
    const { body: old } = await register({ id: task }, { id: 'raw' })
    await register({ id: task }, { id: 'raw' })
    vi.stubEnv('TRIGGER_VERSION', old.version)
    await sdk.tasks.trigger('raw', {})
    await library.sendJob('work.asked', payload)
    expect(server.runs().map(({ workerId }) => workerId)).toEqual([undefined, old.id])
  })
})

describe('two environments in one process', () => {
  test('get mixed up by the global settings of the SDK; clients of this library are independent', async () => {
    const { server } = await openSides()
    const keysOf = async (send: (apiKey: string) => Promise<unknown>) => {
      const before = server.requests.length
      await Promise.all(['tr_dev_a', 'tr_dev_b'].map((key) => send(key).catch(() => undefined)))
      return server.requests.slice(before).map(({ headers }) => headers['authorization']!.slice('Bearer '.length))
    }
    const sdkResult = await keysOf(async (accessToken) => {
      configure({ baseURL: server.url, accessToken, requestOptions: { retry: { maxAttempts: 1 } } })
      await Promise.resolve() // as an app may await something in between
      await tasks.trigger('raw', {})
    })
    expect(sdkResult).toEqual(['tr_dev_b', 'tr_dev_b'])
    const library = await keysOf((apiKey) => {
      const load = () => createTriggerProvider({ apiKey, apiUrl: server.url })
      return createClient({ load }, { jobs: [], logger: createRecordedLogger() }).sendJob('work.asked', payload)
    })
    expect(library.toSorted()).toEqual(['tr_dev_a', 'tr_dev_b'])
  })
})

describe('a payload', () => {
  test('with certain keys loses them in the SDK; this library restores them', async () => {
    const { sdk, library, client } = await openSides()
    const data = JSON.parse('{"constructor":"brick","prototype":1}') as object
    const sdkResult = await sdk.tasks.trigger('raw', { data }).then(
      async ({ id }) => (await client.retrieveRun(id)).payload,
      (error: Error) => error.message,
    )
    expect(sdkResult).not.toEqual({ data })
    const { id } = await library.sendJob('work.asked', { ...payload, data })
    expect(JSON.stringify((await client.retrieveRun(id)).payload)).toContain('brick')
  })
})

describe('a tenant', () => {
  test('with a long name makes a tag that the server rejects; this library cuts it and keeps it unique', async () => {
    const { sdk, library, client } = await openSides()
    const tenants = ['a', 'b'].map((last) => `${'t'.repeat(150)}${last}`)
    expect(await failureOf(sdk.tasks.trigger('raw', {}, { tags: [`tenant:${tenants[0]}`] }))).toMatchObject({
      status: 400,
    })
    const tags = await Promise.all(
      tenants.map(
        async (tenantId) => (await client.retrieveRun((await library.sendJob('work.asked', { tenantId })).id)).tags,
      ),
    )
    expect(tags[0]).not.toEqual(tags[1])
  })
})
