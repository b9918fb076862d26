import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import type { ProviderOptions } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'
import { describe, expectTypeOf, test } from 'vitest'

import type { InngestOptions } from './provider-options.ts'

const least = { id: 'x', event: 'order.created', handler: () => undefined } as const
const cron = { id: 'x', schedule: '0 9 * * *', handler: () => undefined }

describe("Inngest's own options", () => {
  test('have the types of the SDK', () => {
    expectTypeOf<InngestOptions['throttle']>().toEqualTypeOf<InngestFunction.Options['throttle']>()
    expectTypeOf<InngestOptions['cancelOn']>().toEqualTypeOf<InngestFunction.Options['cancelOn']>()
    expectTypeOf<InngestOptions['concurrency']>().toEqualTypeOf<InngestFunction.Options['concurrency']>()
    expectTypeOf<ProviderOptions['inngest']>().toEqualTypeOf<InngestOptions | undefined>()
  })

  test('are accepted in a job and in a cron job', () => {
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 10, period: '1m', burst: 2 } } } })
    defineJob({ ...least, providerOptions: { inngest: { concurrency: [{ limit: 2, key: 'event.data.shop' }] } } })
    defineJob({ ...least, providerOptions: { inngest: undefined } })
    defineCronJob({ ...cron, providerOptions: { inngest: { optimizeParallelism: false } } })
  })

  test('are rejected if they would break a guarantee', () => {
    // @ts-expect-error -- set by the definition
    defineJob({ ...least, providerOptions: { inngest: { id: 'y' } } })
    // @ts-expect-error -- set by the definition
    defineJob({ ...least, providerOptions: { inngest: { triggers: [] } } })
    // @ts-expect-error -- set by the definition
    defineJob({ ...least, providerOptions: { inngest: { retries: 3 } } })
    // @ts-expect-error -- set by the definition
    defineJob({ ...least, providerOptions: { inngest: { onFailure: () => undefined } } })
    // @ts-expect-error -- set by the definition
    defineJob({ ...least, providerOptions: { inngest: { priority: { run: '100' } } } })
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

  test('are rejected if misspelled or of another type', () => {
    // @ts-expect-error -- not an option
    defineJob({ ...least, providerOptions: { inngest: { throttel: { limit: 1, period: '1s' } } } })
    // @ts-expect-error -- not an engine
    defineJob({ ...least, providerOptions: { ingest: { throttle: { limit: 1, period: '1s' } } } })
    // @ts-expect-error -- not a duration
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 1, period: 'soon' } } } })
    // @ts-expect-error -- no period
    defineJob({ ...least, providerOptions: { inngest: { throttle: { limit: 1 } } } })
    // @ts-expect-error -- not a number
    defineJob({ ...least, providerOptions: { inngest: { concurrency: 'one' } } })
  })
})
