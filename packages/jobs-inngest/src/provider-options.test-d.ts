import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import type { ProviderOptions } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'
import { describe, expectTypeOf, test } from 'vitest'

import type { InngestOptions } from './provider-options.ts'

const least = { id: 'x', event: 'order.created', handler: () => undefined } as const
const cron = { id: 'x', schedule: '0 9 * * *', handler: () => undefined }

describe("Inngest's own options", () => {
  test("are those of the SDK, in the SDK's types", () => {
    expectTypeOf<InngestOptions['throttle']>().toEqualTypeOf<InngestFunction.Options['throttle']>()
    expectTypeOf<InngestOptions['priority']>().toEqualTypeOf<InngestFunction.Options['priority']>()
    expectTypeOf<InngestOptions['cancelOn']>().toEqualTypeOf<InngestFunction.Options['cancelOn']>()
    expectTypeOf<InngestOptions['concurrency']>().toEqualTypeOf<InngestFunction.Options['concurrency']>()
    expectTypeOf<ProviderOptions['inngest']>().toEqualTypeOf<InngestOptions | undefined>()
  })

  test('are taken by a job and by a cron job', () => {
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 10, period: '1m', burst: 2 } } } })
    defineJob({ ...least, providerOptions: { inngest: { concurrency: [{ limit: 2, key: 'event.data.shop' }] } } })
    defineJob({ ...least, providerOptions: { inngest: undefined } })
    defineCronJob({ ...cron, providerOptions: { inngest: { priority: { run: '100' } } } })
  })

  test('are refused where they would break a promise', () => {
    // @ts-expect-error -- the definition has it
    defineJob({ ...least, providerOptions: { inngest: { id: 'y' } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...least, providerOptions: { inngest: { triggers: [] } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...least, providerOptions: { inngest: { retries: 3 } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...least, providerOptions: { inngest: { onFailure: () => undefined } } })
    // @ts-expect-error -- ends runs as cancelled
    defineJob({ ...least, providerOptions: { inngest: { timeouts: { finish: '1m' } } } })
    // @ts-expect-error -- one run of several jobs
    defineJob({ ...least, providerOptions: { inngest: { batchEvents: { maxSize: 2, timeout: '1s' } } } })
    // @ts-expect-error -- drops events
    defineJob({ ...least, providerOptions: { inngest: { debounce: { period: '1s' } } } })
    // @ts-expect-error -- drops events
    defineJob({ ...least, providerOptions: { inngest: { rateLimit: { limit: 1, period: '1s' } } } })
    // @ts-expect-error -- drops events
    defineJob({ ...least, providerOptions: { inngest: { singleton: { mode: 'skip' } } } })
    // @ts-expect-error -- drops events
    defineJob({ ...least, providerOptions: { inngest: { idempotency: 'event.data.id' } } })
    // @ts-expect-error -- drops events
    defineCronJob({ ...cron, providerOptions: { inngest: { rateLimit: { limit: 1, period: '1s' } } } })
  })

  test('are refused where they are misspelt, or of another type', () => {
    // @ts-expect-error -- no such option
    defineJob({ ...least, providerOptions: { inngest: { throttel: { limit: 1, period: '1s' } } } })
    // @ts-expect-error -- no such engine
    defineJob({ ...least, providerOptions: { ingest: { throttle: { limit: 1, period: '1s' } } } })
    // @ts-expect-error -- no duration
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 1, period: 'soon' } } } })
    // @ts-expect-error -- no period
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 1 } } } })
    // @ts-expect-error -- no number
    defineJob({ ...least, providerOptions: { inngest: { concurrency: 'one' } } })
  })
})
