import { hostname } from 'node:os'

import { defineJob } from '@cgk-platform/jobs-core'
import { RequestFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { describe, expect, test, vi } from 'vitest'

import { openWorkerClient } from '../kit/open-worker-client.ts'

const payload = { tenantId: 'acme', number: 7 }

describe('a started client', () => {
  test('runs jobs sent before its start, and by clients that run nothing', async () => {
    const work = defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })
    const { client, openClient } = await openWorkerClient([work])
    await client.start()
    await client.close()
    const sender = openClient([])
    const { id } = await sender.sendJob('work.asked', payload)
    expect(await sender.getJobStatus(id)).toMatchObject({ state: 'queued' })
    await openClient().start()
    expect(await sender.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  })

  test('is one worker, however often it is started', async () => {
    const work = defineJob({ id: 'work', event: 'work.asked', handler: () => 1 })
    const { client, starts } = await openWorkerClient([work])
    await Promise.all([client.start(), client.start()])
    await client.start()
    expect(starts()).toBe(1)
  })

  test('runs at most 100 attempts at once, or as many as configured', async () => {
    const ends = Array.from({ length: 4 }, () => createDeferred())
    const running: number[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      async handler({ payload: { number = 0 } }) {
        running.push(number)
        await ends[number]!.promise
      },
    })
    const { client, engine, until, pause } = await openWorkerClient([work], { concurrency: 2 })
    await client.start()
    expect(engine.workers.list()).toMatchObject([{ capacity: 2 }])
    const jobs = await Promise.all([0, 1, 2, 3].map((number) => client.sendJob('work.asked', { ...payload, number })))
    await until(() => running.length === 2)
    await pause(2000)
    expect(running).toHaveLength(2)
    for (const end of ends) end.resolve()
    await Promise.all(jobs.map(({ id }) => client.waitForJob(id)))

    const other = await openWorkerClient([work])
    await other.client.start()
    expect(other.engine.workers.list()).toMatchObject([{ capacity: 100 }])
    vi.stubEnv('INNGEST_CONNECT_MAX_WORKER_CONCURRENCY', '7')
    await other.openClient().start()
    vi.unstubAllEnvs()
    expect(other.engine.workers.list()).toMatchObject([{ capacity: 100 }, { capacity: 7 }])
  })

  test('has its own instance id, because Inngest counts the attempts of workers by it', async () => {
    const work = defineJob({ id: 'work', event: 'work.asked', handler: () => 1 })
    const { client, openClient, engine } = await openWorkerClient([work])
    await Promise.all([client.start(), openClient().start()])
    const ids = engine.workers.list().map(({ instanceId }) => instanceId)
    expect(ids).toHaveLength(2)
    expect(ids.every((id) => id.startsWith(`${hostname()}-`))).toBe(true)
    expect(new Set(ids).size).toBe(2)
  })

  test('warns of a job that is defined too late', async () => {
    const { client, logger } = await openWorkerClient(undefined)
    defineJob({ id: 'early', event: 'work.asked', handler: () => 1 })
    await client.start()
    expect(logger.messages('warn')).toEqual([])
    defineJob({ id: 'late', event: 'work.asked', handler: () => 1 })
    defineJob({ id: 'late', event: 'work.asked', handler: () => 1 })
    expect(logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: expect.stringContaining('does not run it'), fields: { definitionId: 'late' } },
    ])
  })
})

describe('start rejects', () => {
  const work = defineJob({ id: 'work', event: 'work.asked', handler: () => 1 })

  test('a definition that Inngest cannot run', async () => {
    const debounced = defineJob({
      id: 'debounced',
      event: 'work.asked',
      handler: () => 1,
      providerOptions: { inngest: { debounce: { period: '5s' } } as object },
    })
    const { client, starts } = await openWorkerClient([debounced])
    const error = await failureOf(client.start())
    expect(UnsupportedFeatureError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ feature: 'providerOptions.inngest.debounce' })
    expect(starts()).toBe(0)
  })

  test('a platform without WebSocket, with a remedy', async () => {
    const { client } = await openWorkerClient([work])
    const { WebSocket } = globalThis
    Reflect.deleteProperty(globalThis, 'WebSocket')
    const error = await failureOf(client.start())
    globalThis.WebSocket = WebSocket
    expect(error).toMatchObject({ code: 'invalid_option', option: 'client.start()' })
    expect((error as Error).message).toMatch(/Node 22.*createInngestFunctions/)
    await client.start() // the cause of a failure can be corrected
  })

  test('a closed client, whether it was started before or not', async () => {
    const { client, openClient, starts } = await openWorkerClient([work])
    await client.close()
    await expect(client.start()).rejects.toMatchObject({ code: 'client_closed' })
    const another = openClient()
    await another.start()
    await another.close()
    await expect(another.start()).rejects.toMatchObject({ code: 'client_closed' })
    expect(starts()).toBe(1)
  })

  test('an unavailable engine, and succeeds later', async () => {
    const { client, engine } = await openWorkerClient([work])
    const mend = engine.intercept(() => ({ kind: 'reset', when: 'before' }))
    const error = await failureOf(client.start())
    expect(RequestFailedError.isInstance(error)).toBe(true)
    expect((error as Error).message).toContain('whether this process can be a worker')
    mend()
    await client.start()
  })

  test('a key that the engine rejects', async () => {
    const { client, starts } = await openWorkerClient([work], { signingKey: 'signkey-test-0123456789abcdef' })
    const error = await failureOf(client.start())
    expect(error).toMatchObject({ code: 'request_failed', status: 401 })
    expect((error as Error).message).toContain('INNGEST_SIGNING_KEY')
    expect(starts()).toBe(0)
  })

  test('if no connection is established', async () => {
    const { client, engine } = await openWorkerClient([work], { factor: 200 })
    engine.intercept(({ path }) => (path === '/v0/connect/start' ? { kind: 'answer', status: 503 } : undefined))
    expect(await failureOf(client.start())).toMatchObject({ code: 'request_failed' })
  })
})
