import { defineCronJob, defineJob, sendJob } from '@cgk-platform/jobs-core'
import type { ProviderOptions, ProviderSendOptions } from '@cgk-platform/jobs-core/provider'
import type { TaskOptions } from '@trigger.dev/sdk'
import { describe, expectTypeOf, test } from 'vitest'

import type { TriggerOptions } from './provider-options.ts'
import type { TriggerSendOptions } from './send/send-options.ts'

type SdkOptions = TaskOptions<string, unknown>

const job = { id: 'x', event: 'order.created', handler: () => undefined } as const
const order = { tenantId: 'acme', orderId: 'order_1' }
const cron = { id: 'x', schedule: '0 9 * * *', handler: () => undefined }

describe("Trigger.dev's own options", () => {
  test("have the SDK's types", () => {
    expectTypeOf<TriggerOptions['machine']>().toEqualTypeOf<SdkOptions['machine']>()
    expectTypeOf<TriggerOptions['onSuccess']>().toEqualTypeOf<SdkOptions['onSuccess']>()
    expectTypeOf<NonNullable<TriggerOptions['retry']>['outOfMemory']>().toEqualTypeOf<
      NonNullable<SdkOptions['retry']>['outOfMemory']
    >()
    expectTypeOf<ProviderOptions['trigger.dev']>().toEqualTypeOf<TriggerOptions | undefined>()
  })

  test('are accepted by a job and by a cron job', () => {
    defineJob({ ...job, providerOptions: { 'trigger.dev': { machine: 'large-1x' } } })
    defineJob({ ...job, providerOptions: { 'trigger.dev': { retry: { outOfMemory: { machine: 'large-2x' } } } } })
    defineJob({ ...job, providerOptions: { 'trigger.dev': undefined } })
    defineJob({ ...job, providerOptions: { 'trigger.dev': { retry: undefined } } })
    defineCronJob({ ...cron, providerOptions: { 'trigger.dev': { description: 'Every morning.' } } })
  })

  test('differ between a definition and a send', () => {
    expectTypeOf<ProviderSendOptions['trigger.dev']>().toEqualTypeOf<TriggerSendOptions | undefined>()
    void (() => sendJob('order.created', order, { providerOptions: { 'trigger.dev': { ttl: '1h', tags: 'vip' } } }))
    void (() => sendJob('order.created', order, { providerOptions: { 'trigger.dev': { tags: undefined } } }))
    // @ts-expect-error -- an option of a definition
    void (() => sendJob('order.created', order, { providerOptions: { 'trigger.dev': { description: 'x' } } }))
    // @ts-expect-error -- an option of a send
    defineJob({ ...job, providerOptions: { 'trigger.dev': { tags: 'vip' } } })
  })

  test('are rejected if they would break a guarantee', () => {
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { id: 'y' } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { run: async () => undefined } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { retry: { maxAttempts: 3 } } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { onFailure: () => undefined } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { queue: { concurrencyLimit: 1 } } } })
    // @ts-expect-error -- the definition has it
    defineJob({ ...job, providerOptions: { 'trigger.dev': { concurrency: { total: 1 } } } })
    // @ts-expect-error -- ends runs without onFailure
    defineJob({ ...job, providerOptions: { 'trigger.dev': { maxDuration: 60 } } })
    // @ts-expect-error -- drops jobs
    defineJob({ ...job, providerOptions: { 'trigger.dev': { ttl: '1h' } } })
    // @ts-expect-error -- ends runs without onFailure
    defineJob({ ...job, providerOptions: { 'trigger.dev': { middleware: async () => undefined } } })
    // @ts-expect-error -- overrides the definition's retries
    defineCronJob({ ...cron, providerOptions: { 'trigger.dev': { catchError: () => undefined } } })
  })

  test('are rejected if they are misspelled or have the wrong type', () => {
    // @ts-expect-error -- no such option
    defineJob({ ...job, providerOptions: { 'trigger.dev': { machin: 'micro' } } })
    // @ts-expect-error -- no such engine
    defineJob({ ...job, providerOptions: { trigger: { machine: 'micro' } } })
    // @ts-expect-error -- no such machine
    defineJob({ ...job, providerOptions: { 'trigger.dev': { machine: 'huge' } } })
  })
})
