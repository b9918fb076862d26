import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const tenantId = 'acme'

describe('the kit waits for handlers that await something real', () => {
  /** Allows for a busy machine. */
  const maxRealWaitMs = 30_000

  test('files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobs-local-'))
    try {
      const job = defineJob({
        id: 'writes-files',
        event: 'work.requested',
        handler: async ({ payload }) => {
          const file = join(folder, `${payload.number}.txt`)
          await writeFile(file, 'once')
          await writeFile(file, `${await readFile(file, 'utf8')} and again`)
        },
      })
      const engine = createTestEngine({ jobs: [job], maxRealWaitMs })
      for (let number = 0; number < 20; number++) await engine.client.sendJob('work.requested', { tenantId, number })
      await engine.settle()
      const written = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
      expect(written).toEqual(Array.from({ length: 20 }, () => 'once and again'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a socket', async () => {
    const server = createServer((_request, response) => response.end('pong'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const job = defineJob({ id: 'fetches', event: 'work.requested', handler: async () => (await fetch(url)).text() })
      const engine = createTestEngine({ jobs: [job], maxRealWaitMs })
      await engine.client.sendJob('work.requested', { tenantId })
      await engine.settle()
      expect(engine.attempts[0]?.outcome).toEqual({ type: 'completed', output: 'pong' })
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('a real timer and another process', async () => {
    const job = defineJob({
      id: 'waits',
      event: 'work.requested',
      handler: async () => {
        await sleep(20)
        const { stdout } = await promisify(execFile)(process.execPath, ['--print', '6 * 7'])
        return stdout.trim()
      },
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect(engine.attempts[0]?.outcome).toEqual({ type: 'completed', output: '42' })
  })

  test('without advancing virtual time', async () => {
    const job = defineJob({
      id: 'reads',
      event: 'work.requested',
      handler: () => readFile(new URL(import.meta.url), 'utf8'),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs })
    for (let number = 1; number <= 10; number++) {
      await engine.client.scheduleJob('work.requested', { tenantId, number }, { delay: number })
    }
    await engine.advance(10)
    expect(engine.attempts.map(({ at }) => at.getUTCMilliseconds())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('handlers that wait for other jobs', () => {
  let followed = createDeferred<string>()
  beforeEach(() => void (followed = createDeferred()))
  const follow = defineJob({ id: 'followed', event: 'work.followed', handler: () => followed.resolve('followed') })

  /** Sends a job and returns when its handler has run. */
  const asks = (delay: '0s' | '1h') =>
    defineJob({
      id: 'asks',
      event: 'work.requested',
      handler: async (_event, { tenantId: own }): Promise<string> => {
        const client = engineOf().client
        await client.scheduleJob('work.followed', { tenantId: own, number: 7 }, { delay })
        return followed.promise
      },
    })
  let engineOf = (): ReturnType<typeof createTestEngine> => {
    throw new Error('made by each test')
  }

  test('do not deadlock if the job is due at once', async () => {
    const engine = createTestEngine({ jobs: [asks('0s'), follow], maxRealWaitMs: 60_000 })
    engineOf = () => engine
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect(engine.attempts.map(({ definitionId }) => definitionId)).toEqual(['followed', 'asks'])
    expect(engine.attempts[1]?.outcome).toEqual({ type: 'completed', output: 'followed' })
  })

  test('end if the job is due later: after `maxRealWaitMs` time advances, then the kit waits for the handler again', async () => {
    const engine = createTestEngine({ jobs: [asks('1h'), follow], maxRealWaitMs: 50 })
    engineOf = () => engine
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })

  test('end by their timeout if they hold the only slot that the job needs', async () => {
    const job = defineJob({
      id: 'self-blocking',
      event: 'work.requested',
      concurrency: 1,
      timeout: '5m',
      retry: { maxAttempts: 1 },
      handler: async () => {
        if (engine.sent.length > 1) return followed.resolve('followed')
        await engine.client.sendJob('work.requested', { tenantId })
        await followed.promise
      },
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 20 })
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.advance('4m')
    expect(engine.attempts).toHaveLength(0)
    await engine.advance('1m')
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['failed'])
    expect(engine.attempts[0]?.outcome).toMatchObject({ error: { code: 'job_timeout' } })
    await engine.advance('30s') // the maximum time that a leftover handler holds its slot
    expect(engine.attempts.map(({ outcome }) => outcome.type)).toEqual(['failed', 'completed'])
  })
})

describe('handlers that never end', () => {
  test('end by their timeout when time advances', async () => {
    const job = defineJob({
      id: 'endless',
      event: 'work.requested',
      timeout: '30s',
      retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '10s' },
      handler: () => new Promise(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.runUntilIdle()
    const { state, runs } = await engine.client.getJobStatus(id)
    expect([state, runs[0]?.attempts, runs[0]?.error?.name]).toEqual(['failed', 2, 'JobTimeoutError'])
    expect(engine.now()).toEqual(new Date('2026-01-01T00:01:10Z'))
  })

  test('do not block other work', async () => {
    const endless = defineJob({ id: 'endless', event: 'work.followed', handler: () => new Promise(() => undefined) })
    const cron = defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: () => undefined })
    const engine = createTestEngine({ jobs: [endless, cron], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.followed', { tenantId })
    await engine.advance('1h')
    expect(engine.attempts).toHaveLength(60)
  })

  test('make `runUntilIdle` throw with the number of open jobs', async () => {
    const deferred = createDeferred()
    const endless = defineJob({ id: 'endless', event: 'work.followed', handler: () => deferred.promise })
    const quick = defineJob({ id: 'quick', event: 'work.requested', handler: () => 'done' })
    const engine = createTestEngine({ jobs: [endless, quick], maxRealWaitMs: 20 })
    for (let number = 0; number < 2; number++) await engine.client.sendJob('work.followed', { tenantId, number })
    const { id } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '1h' })
    await expect(engine.runUntilIdle()).rejects.toThrow(
      /stopped with 2 jobs that have not ended.*after `maxRealWaitMs` \(20 ms\).*set a `timeout`/,
    )
    expect((await engine.client.getJobStatus(id)).state).toBe('completed') // the others ran before it threw
    deferred.resolve()
    await engine.runUntilIdle()
    expect(engine.attempts).toHaveLength(3)
  })

  test('make it throw also if they block a concurrency limit', async () => {
    const handler = () => new Promise(() => undefined)
    const job = defineJob({ id: 'endless', event: 'work.requested', concurrency: 1, handler })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    for (let number = 0; number < 3; number++) await engine.client.sendJob('work.requested', { tenantId, number })
    await expect(engine.runUntilIdle()).rejects.toThrow('stopped with 3 jobs that have not ended')
  })

  test('until the test resolves them end before time advances', async () => {
    const deferred = createDeferred<string>()
    const job = defineJob({ id: 'waits', event: 'work.requested', handler: () => deferred.promise })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    const { id } = await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).state).toBe('running')
    deferred.resolve('done')
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).runs[0]?.output).toBe('done')
  })
})
