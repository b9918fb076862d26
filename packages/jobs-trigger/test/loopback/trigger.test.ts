import { ApiClient } from '@trigger.dev/core/v3'
import { expect, it } from 'vitest'

import { failure, openLoopback, success } from './open-loopback.ts'

const retry = { maxAttempts: 3 }

it('answers with the id and the claims that the client makes its public token of', async () => {
  const { request } = await openLoopback()
  const { status, body, headers } = await request('POST', '/api/v1/tasks/task/trigger', { payload: 1 })
  expect(status).toBe(200)
  expect(body).toEqual({ id: expect.stringMatching(/^run_/), isCached: false })
  expect(JSON.parse(headers.get('x-trigger-jwt-claims')!)).toMatchObject({ pub: true })
  expect(headers.get('date')).toBeTruthy()
})

it('refuses a wrong key in the words of the server', async () => {
  const { request } = await openLoopback()
  const wrong = await request(
    'POST',
    '/api/v1/tasks/task/trigger',
    { payload: 1 },
    { authorization: 'Bearer tr_dev_wrong' },
  )
  expect(wrong).toMatchObject({ status: 401, body: { error: 'Invalid API key' } })
  const access = await request('GET', '/api/v2/whoami')
  expect(access).toMatchObject({ status: 401, body: { error: 'Invalid or Missing Access Token' } })
})

it('refuses a body that does not fit the schema, more than ten tags and tags that are too long', async () => {
  const { client, request } = await openLoopback()
  const trigger = (options: object) => request('POST', '/api/v1/tasks/task/trigger', { options })
  expect(await trigger({ maxAttempts: 'three' })).toMatchObject({ status: 400 })
  expect(await trigger({ tags: ['x'.repeat(129)] })).toMatchObject({ status: 400 })
  const eleven = Array.from({ length: 11 }, (_, index) => `tag-${index}`)
  const refused = client.triggerTask('task', { options: { tags: eleven } })
  await expect(refused).rejects.toThrow("Runs can only have 10 tags, you're trying to set 11.")
  expect(await trigger({ tags: eleven.slice(1) })).toMatchObject({ status: 200 })
})

it('delays a run until its time, and starts one with a malformed or past delay at once', async () => {
  const { client, register, dequeue } = await openLoopback()
  await register({})
  const at = new Date(Date.now() + 400)
  const delayed = await client.triggerTask('task', { options: { delay: at } })
  const later = await client.triggerTask('task', { options: { delay: '90d' } })
  const malformed = await client.triggerTask('task', { options: { delay: 'tomorrow' } })
  const past = await client.triggerTask('task', { options: { delay: '2020-01-01T00:00:00Z' } })
  expect(await client.retrieveRun(delayed.id)).toMatchObject({ status: 'DELAYED', delayedUntil: at })
  expect((await dequeue())?.run.friendlyId).toBe(malformed.id)
  expect((await dequeue())?.run.friendlyId).toBe(past.id)
  const message = (await dequeue()) ?? (await dequeue())
  expect(message?.run.friendlyId).toBe(delayed.id)
  expect(new Date(message!.dequeuedAt).getTime()).toBeGreaterThanOrEqual(at.getTime())
  expect(await client.retrieveRun(later.id)).toMatchObject({ status: 'DELAYED' })
})

it('expires a run that no worker took in time, and gives every run of development ten minutes', async () => {
  const { client, request } = await openLoopback()
  const { id } = await client.triggerTask('task', { options: { ttl: '1s' } })
  const kept = await client.triggerTask('task', { options: { ttl: 0 } })
  const usual = await client.triggerTask('task', {})
  await expect.poll(async () => (await client.retrieveRun(id)).status).toBe('EXPIRED')
  expect(await client.retrieveRun(id)).toMatchObject({
    isCompleted: false,
    isFailed: false,
    error: { message: 'Run expired because the TTL (1s) was reached' },
  })
  expect((await client.retrieveRun(kept.id)).ttl).toBeUndefined()
  expect(await client.retrieveRun(usual.id)).toMatchObject({ status: 'QUEUED', ttl: '10m' })
  expect((await request('POST', '/api/v1/tasks/task/trigger', { options: { ttl: 'soon' } })).status).toBe(200)
})

it('makes one run of a key, however many ask at once, and forgets the key after its life', async () => {
  const { client } = await openLoopback()
  const options = { idempotencyKey: 'key', idempotencyKeyTTL: '1s' }
  const handles = await Promise.all(Array.from({ length: 20 }, () => client.triggerTask('task', { options })))
  expect(new Set(handles.map(({ id }) => id)).size).toBe(1)
  expect(handles.filter(({ isCached }) => isCached)).toHaveLength(19)
  expect((await client.triggerTask('other', { options })).isCached).toBe(false) // a key belongs to its task
  await expect.poll(async () => (await client.triggerTask('task', { options })).isCached).toBe(false)
})

it('frees the key of a failed run alone, and on request', async () => {
  const { client, register, start } = await openLoopback()
  await register({ retry })
  const options = { idempotencyKey: 'key' }
  const trigger = () => client.triggerTask('task', { options })
  const first = await trigger()
  await (await start()).complete(success)
  expect(await trigger()).toMatchObject({ id: first.id, isCached: true })

  await client.resetIdempotencyKey('task', 'key')
  const second = await trigger()
  expect(second).toMatchObject({ isCached: false })
  await client.cancelRun(second.id)
  expect(await trigger()).toMatchObject({ id: second.id, isCached: true })

  await client.resetIdempotencyKey('task', 'key')
  const third = await trigger()
  await (await start()).complete(failure())
  expect(await client.retrieveRun(third.id)).toMatchObject({ status: 'FAILED' })
  expect(await trigger()).toMatchObject({ isCached: false })
  await expect(client.resetIdempotencyKey('task', 'nothing')).rejects.toThrow(
    'No runs found with idempotency key: nothing',
  )
})

it('tells a run of its parent and its root, and them of it', async () => {
  const { client } = await openLoopback()
  const { id: root } = await client.triggerTask('task', { options: { tags: ['root'] } })
  const { id: parent } = await client.triggerTask('task', { options: { parentRunId: root } })
  const { id } = await client.triggerTask('task', {
    payload: { a: 1 },
    options: { parentRunId: parent, tags: ['b', 'a'], metadata: { kept: true } },
  })
  const run = await client.retrieveRun(id)
  expect(run).toMatchObject({
    payload: { a: 1 },
    depth: 2,
    tags: ['a', 'b'],
    metadata: { kept: true },
    attemptCount: 0,
  })
  expect(run.relatedRuns).toMatchObject({ root: { id: root, tags: ['root'] }, parent: { id: parent }, children: [] })
  expect((await client.retrieveRun(parent)).relatedRuns.children).toMatchObject([{ id, metadata: { kept: true } }])
})

it('keeps a run of an unknown task until a version that knows it is registered', async () => {
  const { client, register, dequeue, start } = await openLoopback()
  await register({ id: 'other' })
  const { id } = await client.triggerTask('task', {})
  expect(await dequeue()).toBeUndefined()
  expect((await client.retrieveRun(id)).status).toBe('PENDING_VERSION')
  const { body } = await register({ id: 'other' }, {})
  expect((await start()).id).toBe(id)
  expect((await client.retrieveRun(id)).version).toBe(body.version)
})

it('keeps a run on the version that it is locked to, and refuses a version that is not there', async () => {
  const { client, register, dequeue } = await openLoopback()
  const { body: old } = await register({})
  await register({})
  await client.triggerTask('task', { options: { lockToVersion: old.version } })
  expect((await dequeue())?.backgroundWorker.friendlyId).toBe(old.id)
  const refused = client.triggerTask('task', { options: { lockToVersion: '20200101.1' } })
  await expect(refused).rejects.toMatchObject({ status: 500 })
})

it('has no place for large payloads, unless it has a store', async () => {
  const { client } = await openLoopback()
  await expect(client.createUploadPayloadUrl('payload.json')).rejects.toThrow('Object store is not configured')
  const { client: stored } = await openLoopback({ withObjectStore: true })
  const { presignedUrl, storagePath } = await stored.createUploadPayloadUrl('payload.json')
  await fetch(presignedUrl, { method: 'PUT', body: '{"large":true}' })
  const options = { payloadType: 'application/store' }
  const { id } = await stored.triggerTask('task', { payload: storagePath, options })
  expect((await stored.retrieveRun(id)).payload).toBeUndefined()
  const { presignedUrl: where } = await stored.getPayloadUrl('payload.json')
  expect(await (await fetch(where)).json()).toEqual({ large: true })
})

it('makes another run for a request that the client makes again, whatever key of its own the client gives it', async () => {
  const { server } = await openLoopback()
  const client = new ApiClient(server.url, server.secretKey, undefined, {
    retry: { maxAttempts: 2, minTimeoutInMs: 1 },
  })
  server.fault({ path: /trigger$/, times: 1 }, { kind: 'reset', when: 'after' })
  const { id, isCached } = await client.triggerTask('task', {})
  expect(server.runs().map(({ friendlyId }) => friendlyId)).toEqual([expect.any(String), id])
  expect(isCached).toBe(false)
})

it('refuses a request of more than 3 MB, and a payload of more than 512 KB without a store', async () => {
  const { client, server } = await openLoopback()
  const trigger = (bytes: number) => client.triggerTask('task', { payload: 'x'.repeat(bytes) })
  await expect(trigger(4_000_000)).rejects.toMatchObject({ status: 413 })
  await expect(trigger(600_000)).rejects.toMatchObject({ status: 500 })
  await trigger(500_000)
  expect(server.runs()).toHaveLength(1)
})
