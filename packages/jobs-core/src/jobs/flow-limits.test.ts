import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'

import { defineJob } from './define-job.ts'
import { processJobs } from './job-registry.ts'
import { payloadKeyOf } from './payload-key.ts'

const least = { id: 'sync-store', event: 'order.created', handler: () => undefined } as const
const define = (options: object) => defineJob({ ...least, ...options } as typeof least)

beforeEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

const every = { limit: 1, period: '1s' }
const paths = [
  '',
  ' ',
  '.storeId',
  'storeId.',
  'order..storeId',
  'items[0]',
  '1st',
  'store-id',
  'a b',
  'x'.repeat(257),
  5,
  null,
]

describe('a job rejects', () => {
  test.each<[field: string, options: object]>([
    ...[0, -1, 1.5, '2', null].flatMap((limit): [string, object][] => [
      ['concurrency.limit', { concurrency: { key: 'storeId', limit } }],
      ['throttle.limit', { throttle: { ...every, limit } }],
      ['throttle.burst', { throttle: { ...every, burst: limit } }],
    ]),
    ...paths.flatMap((key): [string, object][] => [
      ['concurrency.key', { concurrency: { key, limit: 1 } }],
      ['throttle.key', { throttle: { ...every, key } }],
    ]),
    ...[0, 999, '0s', -1, '7d1s', 7 * 86_400_000 + 1, 'soon', null].map((period): [string, object] => [
      'throttle.period',
      { throttle: { limit: 1, period } },
    ]),
    ['concurrency', { concurrency: { key: 'storeId' } }],
    ['concurrency', { concurrency: { key: 'storeId', perTenant: 1 } }],
    ['concurrency', { concurrency: [] }],
    ['concurrency', { concurrency: [{ limit: 1 }, { limit: 2 }] }],
    ['concurrency', { concurrency: [{ perTenant: 1 }, { limit: 1, perTenant: 2 }] }],
    [
      'concurrency',
      {
        concurrency: [
          { key: 'storeId', limit: 1 },
          { key: 'orderId', limit: 1 },
        ],
      },
    ],
    ['throttle.limit', { throttle: { period: '1s' } }],
    ['throttle.period', { throttle: { limit: 1 } }],
    ['throttle.rate', { throttle: { ...every, rate: 1 } }],
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
})

test.each<[given: object | number, checked: object]>([
  [2, { limit: 2 }],
  [
    { key: 'order.storeId', limit: 2 },
    { key: 'order.storeId', perKey: 2 },
  ],
  [
    { key: 'storeId', limit: 2, perTenant: 5 },
    { key: 'storeId', perKey: 2, perTenant: 5 },
  ],
  [
    [
      { limit: 100, perTenant: 10 },
      { key: 'storeId', limit: 2 },
    ],
    { limit: 100, perTenant: 10, key: 'storeId', perKey: 2 },
  ],
])('a job accepts the concurrency %j', (concurrency, checked) => {
  expect(define({ concurrency }).concurrency).toEqual(checked)
})

test.each([
  [
    { limit: 10, period: '1s' },
    { limit: 10, periodMs: 1000 },
  ],
  [
    { limit: 1, period: 7 * 86_400_000, burst: 3, key: 'tenantId' },
    { limit: 1, periodMs: 604_800_000, burst: 3, key: 'tenantId' },
  ],
])('a job accepts the throttle %j', (throttle, checked) => {
  expect(define({ throttle }).throttle).toEqual(checked)
})

describe('the key of a payload', () => {
  test.each<[payload: unknown, path: string, key: string | undefined]>([
    [{ storeId: 'one' }, 'storeId', 'one'],
    [{ storeId: 1 }, 'storeId', '1'],
    [{ storeId: '' }, 'storeId', ''],
    [{ storeId: false }, 'storeId', 'false'],
    [{ order: { storeId: 'one' } }, 'order.storeId', 'one'],
    [{}, 'storeId', undefined],
    [{ storeId: null }, 'storeId', undefined],
    [{ storeId: [1] }, 'storeId', undefined],
    [{ storeId: { id: 1 } }, 'storeId', undefined],
    [{ order: 'one' }, 'order.length', undefined],
    [{}, 'constructor', undefined],
    [{}, '__proto__', undefined],
    [null, 'storeId', undefined],
  ])('of %j at `%s` is %j', (payload, path, key) => {
    expect(payloadKeyOf(payload, path)).toBe(key)
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.string(), (payload, path) => void payloadKeyOf(payload, path)))
  })
})
