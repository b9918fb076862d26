import { defineJob, type JobStatus, type LoggerLike } from '@cgk-platform/jobs-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import '../kit/work.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 2, initialDelay: 0 } as const

describe('whatever the app’s own code does, the engine goes on and nothing is rejected unheard', () => {
  const unheard: unknown[] = []
  const note = (reason: unknown): void => void unheard.push(reason)
  beforeEach(() => {
    unheard.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })

  /** Runs a job that does this, then one that is good, and answers the first one's status. */
  async function run(handler: () => unknown, logger?: LoggerLike): Promise<JobStatus> {
    const bad = defineJob<'work.asked', unknown>({ id: 'bad', event: 'work.asked', retry, concurrency: 1, handler })
    const good = defineJob({ id: 'good', event: 'work.followed', handler: () => 'done' })
    const engine = createTestEngine({ jobs: [bad, good], logger, patienceMs: 5, config: { concurrency: 1 } })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.runUntilIdle()
    const after = await engine.client.sendJob('work.followed', { tenantId })
    await engine.runUntilIdle()
    expect((await engine.client.getJobStatus(after.id)).runs[0]?.output).toBe('done')
    await new Promise((resolve) => setTimeout(resolve)) // unhandled rejections are told at the end of a turn
    expect(unheard).toEqual([])
    return engine.client.getJobStatus(id)
  }

  const throwing = (thrown: unknown) => () => {
    throw thrown
  }
  const cyclic = new Error('cyclic')
  cyclic.cause = cyclic
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }

  const thrown: [string, unknown, object][] = [
    ['a string', 'no', { name: 'NonError', message: '"no" was thrown, not an Error' }],
    ['nothing', undefined, { name: 'NonError', message: '`undefined` was thrown, not an Error' }],
    ['null', null, { name: 'NonError', message: '`null` was thrown, not an Error' }],
    ['a symbol', Symbol('no'), { name: 'NonError', message: '`Symbol(no)` was thrown, not an Error' }],
    ['an object', { problem: 1 }, { name: 'NonError', message: 'an object (problem) was thrown, not an Error' }],
    ['a BigInt', 10n, { name: 'NonError', message: '`10` was thrown, not an Error' }],
    ['an Error whose cause is itself', cyclic, { name: 'Error', message: 'cyclic', cause: { message: 'cyclic' } }],
    ['a frozen Error', Object.freeze(new TypeError('frozen')), { name: 'TypeError', message: 'frozen' }],
    ['an Error with a code', Object.assign(new Error('no file'), { code: 'ENOENT' }), { code: 'ENOENT' }],
    ['an Error without a message', new Error(), { name: 'Error', message: '' }],
    [
      'an AggregateError',
      new AggregateError([new Error('one')], 'several'),
      { name: 'AggregateError', message: 'several' },
    ],
    [
      'an Error whose getters throw',
      Object.defineProperty(new Error('x'), 'message', { get: throwing(new Error('getter')) }),
      { name: 'Error' },
    ],
    ['something that can be asked nothing', revoked(), { name: expect.any(String), message: expect.any(String) }],
  ]

  test.each(thrown)('a handler that throws %s', async (_name, value, error) => {
    const { state, runs } = await run(throwing(value))
    expect(state).toBe('failed')
    expect(runs[0]?.error).toMatchObject(error)
  })

  test.each(thrown)('a handler that rejects with %s', async (_name, value, error) => {
    const { state, runs } = await run(() => Promise.reject(value))
    expect(state).toBe('failed')
    expect(runs[0]?.error).toMatchObject(error)
  })

  const outputs: [string, unknown, string][] = [
    ['a function', () => undefined, 'output'],
    ['a BigInt', { total: 1n }, 'output.total'],
    ['a Map', new Map(), 'output'],
    ['a class instance', { order: new (class Order {})() }, 'output.order'],
    ['NaN', { list: [1, Number.NaN] }, 'output.list[1]'],
    ['a cycle', Object.assign({}, { own: cyclic }), 'output.own'],
    [
      'an object whose getter throws',
      {
        get total() {
          throw new Error('getter')
        },
      },
      'output.total',
    ],
  ]

  test.each(outputs)(
    'a handler that returns %s: the run fails at once, since another try would not mend it',
    async (_name, output, path) => {
      const { state, runs } = await run(() => output)
      expect([state, runs[0]?.attempts]).toEqual(['failed', 1])
      expect(runs[0]?.error).toMatchObject({ name: 'NotSerializableError', code: 'not_serializable' })
      expect(runs[0]?.error?.message).toContain(`\`${path}\` cannot travel as JSON`)
    },
  )

  test('a thenable that throws, or that calls back twice', async () => {
    expect((await run(() => ({ then: throwing(new Error('then')) }))).runs[0]?.error?.message).toBe('then')
    const twice = (resolve: (value: string) => void, reject: (error: Error) => void): void => {
      resolve('done')
      reject(new Error('and failed'))
    }
    expect((await run(() => ({ then: twice }))).runs[0]?.output).toBe('done')
  })

  test('a handler that rejects after it was cancelled, timed out or interrupted', async () => {
    const rejections: Promise<unknown>[] = []
    const late = () => {
      const rejection = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('late')), 20))
      rejections.push(rejection.catch(() => undefined))
      return rejection
    }
    const job = defineJob<'work.asked', unknown>({
      id: 'late',
      event: 'work.asked',
      timeout: '1s',
      retry: { maxAttempts: 1 },
      handler: late,
    })
    const engine = createTestEngine({ jobs: [job], patienceMs: 1 })
    const cancelled = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    await engine.client.cancelJob(cancelled.id)
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance('1s')
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    await engine.close()
    await Promise.all(rejections)
    await new Promise((resolve) => setTimeout(resolve))
    expect([engine.attempts.map(({ outcome }) => outcome.type), unheard]).toEqual([
      ['cancelled', 'failed', 'interrupted'],
      [],
    ])
  })

  test('hooks and `onFailure` that throw, reject, or reject late', async () => {
    const fail = throwing(new Error('hook'))
    const late = new Promise((_resolve, reject) => setTimeout(reject, 10))
    const hooks = {
      onSend: fail,
      onAttemptStart: () => Promise.reject(new Error('hook')),
      onAttemptEnd: fail,
      onRunEnd: () => late,
    }
    const onFailure = () => Promise.reject(new Error('onFailure'))
    const job = defineJob({
      id: 'fails',
      event: 'work.asked',
      retry,
      onFailure,
      handler: throwing(new Error('handler')),
    })
    const engine = createTestEngine({ jobs: [job], hooks })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    await late.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve))
    expect((await engine.client.getJobStatus(id)).runs[0]?.error?.message).toBe('handler')
    expect(unheard).toEqual([])
  })

  const writes = throwing(new Error('logger'))
  const loggers: [string, LoggerLike][] = [
    ['throws at every line', { debug: writes, info: writes, warn: writes, error: writes }],
    [
      'throws when it is to make a child',
      { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: writes },
    ],
  ]

  test.each(loggers)('a logger that %s', async (_name, logger) => {
    expect((await run(() => 'done', logger)).state).toBe('completed')
    expect((await run(throwing(new Error('handler')), logger)).runs[0]?.error?.message).toBe('handler')
  })
})
