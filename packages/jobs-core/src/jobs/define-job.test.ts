import { beforeEach, describe, expect, test, vi } from 'vitest'

import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { defineEvents } from '../events/define-events.ts'
import { processEvents } from '../events/event-registry.ts'
import { eventType } from '../events/event-type.ts'
import { defineJob } from './define-job.ts'
import { processJobs } from './job-registry.ts'

type Options = Parameters<typeof defineJob>[0]

const handler = () => undefined
const least: Options = { id: 'process-order', event: 'order.created', handler }
const define = (options: object | undefined) => defineJob({ ...least, ...options } as Options)

beforeEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

describe('a job', () => {
  test('has its options and the defaults', () => {
    expect(defineJob(least)).toEqual({
      kind: 'job',
      id: 'process-order',
      event: 'order.created',
      handler,
      retry: { maxAttempts: 3, backoff: 'exponential', initialDelayMs: 1000, maxDelayMs: 60_000, factor: 2, jitter: 0 },
      enabled: true,
      providerOptions: {},
    })
  })

  test('has all options after their check', () => {
    const onFailure = vi.fn<() => void>()
    const providerOptions = { inngest: { priority: 1 } }
    const all = {
      retry: { maxAttempts: 1 },
      timeout: '1.5s',
      concurrency: { limit: 5, perTenant: 1 },
      onFailure,
      providerOptions,
    }
    expect(define(all)).toMatchObject({
      retry: { maxAttempts: 1 },
      timeoutMs: 1500,
      concurrency: { limit: 5, perTenant: 1 },
      onFailure,
      providerOptions,
    })
  })

  test('treats options that are `undefined` as omitted', () => {
    const none = {
      retry: undefined,
      timeout: undefined,
      concurrency: undefined,
      onFailure: undefined,
      providerOptions: undefined,
    }
    expect(define(none)).toEqual(defineJob(least))
  })

  test('is frozen', () => {
    expect(Object.isFrozen(defineJob(least))).toBe(true)
  })

  test('can handle an event of the app after its declaration', () => {
    processEvents().own.clear()
    expect(() => define({ event: 'video.ready' })).toThrow(UnknownEventError)
    defineEvents({ 'video.ready': eventType() })
    expect(define({ event: 'video.ready' })).toMatchObject({ event: 'video.ready' })
  })

  test.each(['a', 'A1', 'process-order.v2_final', '9lives', 'x'.repeat(100), 'a/b', 'email/v2.send/now'])(
    'can have the id %j',
    (id) => {
      expect(define({ id }).id).toBe(id)
    },
  )
})

describe('an invalid job is rejected with the field', () => {
  test.each<[field: string, options: object]>([
    ...[
      undefined,
      '',
      5,
      null,
      'two words',
      '-first',
      '.first',
      '/a',
      'a/',
      'a//b',
      'a/.b',
      'a/../b',
      'ü',
      `${'a/'.repeat(50)}b`,
      'x'.repeat(101),
    ].map((id): [string, object] => ['id', { id }]),
    ...[undefined, 5, null, ['order.created']].map((event): [string, object] => ['event', { event }]),
    ...[undefined, null, 'run', {}].map((value): [string, object] => ['handler', { handler: value }]),
    ...[null, 'notify', {}].map((onFailure): [string, object] => ['onFailure', { onFailure }]),
    ...[0, -1, 'soon', '', '0s', Number.NaN, null, '11y', 1e21].map((timeout): [string, object] => [
      'timeout',
      { timeout },
    ]),
    ...[0, -1, 1.5, '2', Number.NaN, null, {}, { limit: undefined }, true].map((concurrency): [string, object] => [
      'concurrency',
      { concurrency },
    ]),
    ['concurrency.limit', { concurrency: { limit: 0 } }],
    ['concurrency.limit', { concurrency: { limit: '5', perTenant: 1 } }],
    ['concurrency.perTenant', { concurrency: { perTenant: 0.5 } }],
    ['concurrency.perTenant', { concurrency: { limit: 1, perTenant: -1 } }],
    ['concurrency.perUser', { concurrency: { limit: 1, perUser: 1 } }],
    ['retry', { retry: 3 }],
    ['retry.maxAttemps', { retry: { maxAttemps: 3 } }],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
    ['retry.maxDelay', { retry: { initialDelay: '5s', maxDelay: '1s' } }],
    ['retries', { retries: 5 }],
    ['schedule', { schedule: '0 9 * * *' }],
    ['onfailure', { onfailure: handler }],
  ])('%s: %o', (field, options) => {
    expect(() => define(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        field,
        message: expect.stringMatching(/^defineJob\(.*\): `[\w.]+` .+\. [A-Z].+\.$/s),
      }),
    )
    expect(processJobs().all()).toEqual([])
  })

  test('an unknown option, with the list of options', () => {
    expect(() => define({ maxAttempts: 5 })).toThrow(
      'defineJob(`process-order`): `maxAttempts` is not an option of `defineJob`. The options are `id`, `event`, `payload`, `handler`, `transaction`, `retry`, `timeout`, `runTimeout`, `concurrency`, `throttle`, `priority`, `middleware`, `returnedErrors`, `enabled`, `providerOptions`, `debounce`, `onFailure`.',
    )
  })

  test('a missing option differs from one of a wrong type', () => {
    expect(() => define({ handler: undefined })).toThrow(/`handler` is missing/)
    expect(() => define({ handler: 'run' })).toThrow(/`handler` is a string/)
    expect(() => define({ event: undefined })).toThrow(/`event` is missing/)
    expect(() => define({ event: 5 })).toThrow(/`event` is not a string/)
  })

  test('a misspelled event, with the most similar name', () => {
    expect(() => define({ event: 'order.crated' })).toThrow(/Did you mean `order\.created`/)
    expect(processJobs().all()).toEqual([])
  })
})
