import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import type { Concurrency } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import '../../test/kit/work.ts'
import type { InngestOptions } from '../provider-options.ts'
import { functionOptions } from './function-options.ts'

function optionsOf(concurrency?: Concurrency, inngest?: InngestOptions, maxAttempts = 3) {
  const providerOptions = { inngest }
  const handler = () => undefined
  const retry = { maxAttempts }
  const options = { id: 'work', event: 'work.asked', handler, retry, concurrency, providerOptions } as const
  return functionOptions(defineJob(options) as unknown as Definition)
}

test('a function retries once less than it has attempts', () => {
  expect([1, 3, 21].map((most) => optionsOf(undefined, undefined, most).retries)).toEqual([0, 2, 20])
})

describe('the runs at once', () => {
  const perTenant = { limit: 2, key: 'event.data.tenantId' }

  test('are not limited where the definition does not say so', () => {
    expect(optionsOf()).toEqual({ retries: 2 })
  })

  test('are limited over all tenants, for each of them, or both', () => {
    expect(optionsOf(5).concurrency).toEqual([{ limit: 5 }])
    expect(optionsOf({ limit: 5 }).concurrency).toEqual([{ limit: 5 }])
    expect(optionsOf({ perTenant: 2 }).concurrency).toEqual([perTenant])
    expect(optionsOf({ limit: 5, perTenant: 2 }).concurrency).toEqual([{ limit: 5 }, perTenant])
  })

  test('are those of Inngest where they are said in its words', () => {
    const concurrency = { limit: 1, key: 'event.data.shop', scope: 'env' } as const
    expect(optionsOf(undefined, { concurrency }).concurrency).toEqual(concurrency)
  })
})

test("Inngest's own options stand beside ours", () => {
  const throttle = { limit: 1, period: '1m' } as const
  expect(optionsOf(5, { throttle })).toEqual({ retries: 2, concurrency: [{ limit: 5 }], throttle })
})
