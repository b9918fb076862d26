import { describe, expectTypeOf, test } from 'vitest'

import type { Logger } from '../logging/logger.ts'
import type { RetryConfig } from '../retry/retry-config.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import type { CronContext, JobContext } from './job-context.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'
import type { Definition, JobOutput } from './definition.ts'

describe('a job', () => {
  test('has an event whose payload is that of its name', () => {
    defineJob({
      id: 'process-order',
      event: 'order.created',
      handler: async (event, context) => {
        expectTypeOf(event.name).toEqualTypeOf<'order.created'>()
        expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
        expectTypeOf(event.payload.tenantId).toEqualTypeOf<string>()
        expectTypeOf(event.payload.totalAmount).toEqualTypeOf<number | undefined>()
        expectTypeOf(event.sentAt).toEqualTypeOf<Date>()
        expectTypeOf(context).toEqualTypeOf<JobContext>()
      },
    })
  })

  test('of an event of the app gets what its schema gives', () => {
    defineJob({
      id: 'publish',
      event: 'video.ready',
      handler: ({ payload }) => {
        expectTypeOf(payload.readyAt).toEqualTypeOf<Date>()
        expectTypeOf(payload.quality).toEqualTypeOf<'sd' | 'hd'>()
        expectTypeOf(payload.tenantId).toEqualTypeOf<string>()
      },
    })
    defineJob({
      id: 'welcome',
      event: 'project.created',
      handler: ({ payload }) => void expectTypeOf(payload.members).toEqualTypeOf<string[] | undefined>(),
    })
  })

  test('is refused for an event that is not known', () => {
    // @ts-expect-error -- its event is missing
    defineJob({ id: 'x', handler: () => undefined })
  })

  test('is refused with options that it does not have, or of other types', () => {
    const least = { id: 'x', event: 'order.created', handler: () => undefined } as const
    // @ts-expect-error -- no such backoff
    defineJob({ ...least, retry: { backoff: 'quadratic' } })
    // @ts-expect-error -- no such option of retries
    defineJob({ ...least, retry: { maxAttemps: 3 } })
    // @ts-expect-error -- no duration
    defineJob({ ...least, timeout: 'soon' })
    // @ts-expect-error -- no such limit
    defineJob({ ...least, concurrency: { perUser: 1 } })
    // @ts-expect-error -- the handler is missing
    defineJob({ id: 'x', event: 'order.created' })
  })

  test('tells `onFailure` an error, the event and the context', () => {
    defineJob({
      id: 'x',
      event: 'order.created',
      handler: () => undefined,
      onFailure: (error, event, context) => {
        expectTypeOf(error).toEqualTypeOf<Error>()
        expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
        expectTypeOf(context).toEqualTypeOf<JobContext>()
      },
    })
  })

  test('fits where any definition is asked for', () => {
    const job = defineJob({ id: 'x', event: 'order.created', handler: () => ({ ok: true }) })
    expectTypeOf(job).toExtend<Definition>()
    expectTypeOf(job).toEqualTypeOf<JobDefinition<'order.created', { ok: boolean }>>()
  })
})

describe('the output of a job', () => {
  test('is what its handler returns, or resolves to', () => {
    const sync = defineJob({ id: 'a', event: 'order.created', handler: ({ payload }) => ({ id: payload.orderId }) })
    const later = defineJob({ id: 'b', event: 'order.created', handler: async () => ({ success: true }) })
    const none = defineJob({ id: 'c', event: 'order.created', handler: async () => undefined })
    expectTypeOf<JobOutput<typeof sync>>().toEqualTypeOf<{ id: string }>()
    expectTypeOf<JobOutput<typeof later>>().toEqualTypeOf<{ success: boolean }>()
    expectTypeOf<JobOutput<typeof none>>().toEqualTypeOf<undefined>()
  })
})

describe('a cron job', () => {
  test('gets the context alone, with its tick', () => {
    const report = defineCronJob({
      id: 'daily-report',
      schedule: '0 9 * * *',
      timezone: 'Europe/Berlin',
      tenants: async () => ['acme'],
      handler: async (context) => {
        expectTypeOf(context).toEqualTypeOf<CronContext>()
        expectTypeOf(context.scheduledAt).toEqualTypeOf<Date>()
        return { reports: 3 }
      },
      onFailure: (_error, context) => void expectTypeOf(context).toEqualTypeOf<CronContext>(),
    })
    expectTypeOf(report).toEqualTypeOf<CronJobDefinition<{ reports: number }>>()
    expectTypeOf(report).toExtend<Definition>()
    expectTypeOf<JobOutput<typeof report>>().toEqualTypeOf<{ reports: number }>()
  })

  test('is refused with what it does not have', () => {
    const least = { id: 'x', schedule: '0 9 * * *', handler: () => undefined }
    // @ts-expect-error -- an event is a job's
    defineCronJob({ ...least, event: 'order.created' })
    // @ts-expect-error -- no such way to overlap
    defineCronJob({ ...least, overlap: 'queue' })
    // @ts-expect-error -- a list, not a function
    defineCronJob({ ...least, tenants: ['acme'] })
    // @ts-expect-error -- no schedule
    defineCronJob({ id: 'x', handler: () => undefined })
  })
})

test('the context of a job has what the specification names', () => {
  expectTypeOf<JobContext>().toExtend<{
    jobId: string
    runId: string
    attempt: number
    maxAttempts: number
    tenantId: string
    logger: Logger
  }>()
  expectTypeOf<JobContext['signal']>().toEqualTypeOf<AbortSignal>()
})

test('the retry configuration is what the specification shows', () => {
  const retry: RetryConfig = { maxAttempts: 3, backoff: 'exponential', initialDelay: 1000, maxDelay: 60_000 }
  expectTypeOf(retry).toExtend<RetryConfig>()
})
