import { describe, expect, test } from 'vitest'
import * as z from 'zod/v4'

import { checkDefinitionSupport } from '../provider/check-support.ts'
import { capabilitiesWithout } from '../../test/kit/fake-provider.ts'
import { defineBatchJob } from './define-batch-job.ts'
import { withSeparateRegistry } from './job-registry.ts'

type Options = Parameters<typeof defineBatchJob<'order.created', unknown>>[0]

const define = (more: Partial<Record<keyof Options, unknown>> = {}) =>
  withSeparateRegistry(() =>
    defineBatchJob({
      id: 'import-orders',
      event: 'order.created',
      maxSize: 100,
      maxWait: '5s',
      handler: () => undefined,
      ...more,
    } as Options),
  )

describe('a batch job', () => {
  test('has the checked options, with defaults', () => {
    expect(define()).toMatchObject({
      kind: 'batch',
      id: 'import-orders',
      event: 'order.created',
      maxSize: 100,
      maxWaitMs: 5000,
      retry: { maxAttempts: 3 },
      enabled: true,
    })
  })

  test('can have a payload instead of an event', () => {
    const definition = withSeparateRegistry(() =>
      defineBatchJob({
        id: 'index-page',
        payload: z.object({ tenantId: z.string(), url: z.string() }),
        maxSize: 10,
        maxWait: 1000,
        handler: (events) => events.map(({ payload }) => payload.url),
      }),
    )
    expect(definition).toMatchObject({ kind: 'batch', event: 'job/index-page', send: expect.any(Function) })
  })

  test.each([
    ['maxSize', { maxSize: undefined }, 'is missing'],
    ['maxSize', { maxSize: 0 }, 'is `0`'],
    ['maxSize', { maxSize: -1 }, 'is `-1`'],
    ['maxSize', { maxSize: 1.5 }, 'is `1.5`'],
    ['maxSize', { maxSize: 1001 }, 'is `1001`'],
    ['maxSize', { maxSize: '10' }, 'is the string `10`'],
    ['maxWait', { maxWait: undefined }, 'is missing'],
    ['maxWait', { maxWait: 0 }, 'is 0'],
    ['maxWait', { maxWait: 999 }, 'is 999 ms'],
    ['maxWait', { maxWait: '8d' }, 'is 691200000 ms'],
    ['handler', { handler: undefined }, 'is missing'],
    ['timeout', { timeout: 0 }, 'is 0'],
    ['maxDelay', { maxDelay: '5s' }, 'is not an option of `defineBatchJob`'],
    ['concurrency.key', { concurrency: { key: 'storeId', limit: 1 } }, 'is `storeId`, and the events of a batch'],
    [
      'throttle.key',
      { throttle: { key: 'storeId', limit: 1, period: '1s' } },
      'is `storeId`, and the events of a batch',
    ],
  ])('rejects `%s` of %o', (field, more, problem) => {
    const message = expect.stringContaining(`\`${field}\` ${problem}`)
    expect(() => define(more as never)).toThrow(expect.objectContaining({ code: 'invalid_definition', message }))
  })

  test.each([
    { maxSize: 1 },
    { maxSize: 1000 },
    { maxWait: 1000 },
    { maxWait: '7d' },
    { concurrency: { limit: 10, perTenant: 1 } },
    { throttle: { key: 'tenantId', limit: 1, period: '1s' } },
  ])('accepts %o', (more) => {
    expect(define(more)).toMatchObject({ kind: 'batch' })
  })

  test('needs an engine with batches', () => {
    const engine = { name: 'plain', capabilities: capabilitiesWithout(['batches']) }
    expect(() => checkDefinitionSupport(engine, [define() as never])).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', message: expect.stringContaining('batches') }),
    )
  })
})
