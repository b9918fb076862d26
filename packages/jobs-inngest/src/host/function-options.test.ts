import { defineJob, type Definition, type Concurrency, type Throttle } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import type { InngestOptions } from '../provider-options.ts'
import { functionOptions } from './function-options.ts'
import { payloadKeyExpression } from './payload-key-expression.ts'

function optionsOf(
  concurrency?: Concurrency,
  inngest?: InngestOptions,
  maxAttempts = 3,
  more: { priority?: number; throttle?: Throttle } = {},
) {
  const providerOptions = { inngest }
  const handler = () => undefined
  const retry = { maxAttempts }
  const options = { id: 'work', event: 'work.asked', handler, retry, concurrency, providerOptions, ...more } as const
  return functionOptions(defineJob(options) as unknown as Definition)
}

test('has one retry less than attempts', () => {
  expect([1, 3, 21].map((most) => optionsOf(undefined, undefined, most).retries)).toEqual([0, 2, 20])
})

describe('concurrency', () => {
  const perTenant = { limit: 2, key: 'event.data.tenantId' }

  test('is unlimited if the definition has no limit', () => {
    expect(optionsOf()).not.toHaveProperty('concurrency')
  })

  test('is limited in total, per tenant, or both', () => {
    expect(optionsOf(5).concurrency).toEqual([{ limit: 5 }])
    expect(optionsOf({ limit: 5 }).concurrency).toEqual([{ limit: 5 }])
    expect(optionsOf({ perTenant: 2 }).concurrency).toEqual([perTenant])
    expect(optionsOf({ limit: 5, perTenant: 2 }).concurrency).toEqual([{ limit: 5 }, perTenant])
  })

  test('is limited for each value of a key', () => {
    const key = payloadKeyExpression('storeId')
    expect(optionsOf({ key: 'storeId', limit: 1 }).concurrency).toEqual([{ limit: 1, key }])
    expect(optionsOf([{ limit: 5 }, { key: 'storeId', limit: 1 }]).concurrency).toEqual([
      { limit: 5 },
      { limit: 1, key },
    ])
  })

  test("accepts Inngest's own limits", () => {
    const concurrency = { limit: 1, key: 'event.data.shop', scope: 'env' } as const
    expect(optionsOf(undefined, { concurrency }).concurrency).toEqual(concurrency)
  })
})

test("combines Inngest's own options with those of the definition", () => {
  const throttle = { limit: 1, period: '1m' } as const
  expect(optionsOf(5, { throttle })).toMatchObject({ retries: 2, concurrency: [{ limit: 5 }], throttle })
})

test('has the throttle of the definition', () => {
  const throttle: Throttle = { limit: 1, period: '2s', key: 'storeId' }
  const option = { limit: 1, period: '2s', burst: 0, key: payloadKeyExpression('storeId') }
  expect(optionsOf(undefined, undefined, 3, { throttle }).throttle).toEqual(option)
})

test('has the priority of the send, otherwise of the definition, as an integer', () => {
  const run = (priority = 0) => optionsOf(undefined, undefined, 3, { priority }).priority?.run
  expect(run()).toBe('event.data._job.priority == null ? 0 : int(event.data._job.priority)')
  expect(run(60)).toBe('event.data._job.priority == null ? 60 : int(event.data._job.priority)')
})
