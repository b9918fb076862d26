import { describe, expectTypeOf, test } from 'vitest'

import type { JobEvent, JobPayload } from '../events/job-events.ts'
import type { Logger } from '../logging/logger.ts'
import type { RetryConfig } from '../retry/retry-config.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import type { EventMessage } from './event-message.ts'
import type { CronContext, JobContext } from './job-context.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'
import type { Definition, JobOutput } from './definition.ts'

/** A wrapper of an app, which adds options. */
function defineSlowJob<Event extends JobEvent, Output>(
  options: Parameters<typeof defineJob<Event, Output>>[0],
): JobDefinition<Event, Output> {
  return defineJob({
    ...options,
    timeout: '5m',
    handler: (event, context) => {
      expectTypeOf(event.payload.tenantId).toExtend<string>()
      return options.handler(event, context)
    },
  })
}

/** A wrapper of an app with its own arguments. */
function handle<Event extends JobEvent>(event: Event, handler: (event: EventMessage<Event>) => number) {
  return defineJob({ id: event, event, handler: (message) => handler(message) })
}

describe('a job', () => {
  test('can be defined by a generic function of the app', () => {
    const slow = defineSlowJob({ id: 'slow', event: 'order.created', handler: ({ payload }) => payload.orderId })
    expectTypeOf(slow).toEqualTypeOf<JobDefinition<'order.created', string>>()
    const handled = handle('order.created', ({ payload }) => payload.orderId.length)
    expectTypeOf(handled).toEqualTypeOf<JobDefinition<'order.created', number>>()
  })

  test('for one of several events receives the payload of any of them', () => {
    for (const event of ['order.created', 'email.send'] as const) {
      defineJob({
        id: event,
        event,
        handler: ({ payload }) => {
          expectTypeOf(payload).toEqualTypeOf<JobPayload<'order.created' | 'email.send'>>()
          // @ts-expect-error -- only one of the events has it
          return payload.recipientEmail
        },
      })
    }
  })

  test('receives the payload of its event', () => {
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

  test('for a custom event receives the output of its schema', () => {
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

  test('is rejected for an unknown event', () => {
    // @ts-expect-error -- its event is missing
    defineJob({ id: 'x', handler: () => undefined })
  })

  test('is rejected with unknown options, or options of a wrong type', () => {
    const least = { id: 'x', event: 'order.created', handler: () => undefined } as const
    // @ts-expect-error -- an unknown backoff
    defineJob({ ...least, retry: { backoff: 'quadratic' } })
    // @ts-expect-error -- an unknown retry option
    defineJob({ ...least, retry: { maxAttemps: 3 } })
    // @ts-expect-error -- not a duration
    defineJob({ ...least, timeout: 'soon' })
    // @ts-expect-error -- an unknown limit
    defineJob({ ...least, concurrency: { perUser: 1 } })
    // @ts-expect-error -- the handler is missing
    defineJob({ id: 'x', event: 'order.created' })
  })

  test('passes an error, the event and the context to `onFailure`', () => {
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

  test('is assignable to any definition', () => {
    const job = defineJob({ id: 'x', event: 'order.created', handler: () => ({ ok: true }) })
    expectTypeOf(job).toExtend<Definition>()
    expectTypeOf(job).toEqualTypeOf<JobDefinition<'order.created', { ok: boolean }>>()
  })
})

describe('the output of a job', () => {
  test('is the return value of its handler, or what it resolves to', () => {
    const sync = defineJob({ id: 'a', event: 'order.created', handler: ({ payload }) => ({ id: payload.orderId }) })
    const later = defineJob({ id: 'b', event: 'order.created', handler: async () => ({ success: true }) })
    const none = defineJob({ id: 'c', event: 'order.created', handler: async () => undefined })
    expectTypeOf<JobOutput<typeof sync>>().toEqualTypeOf<{ id: string }>()
    expectTypeOf<JobOutput<typeof later>>().toEqualTypeOf<{ success: boolean }>()
    expectTypeOf<JobOutput<typeof none>>().toEqualTypeOf<undefined>()
  })
})

describe('a cron job', () => {
  test('receives only the context, with its tick', () => {
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

  test('is rejected with options of a job', () => {
    const least = { id: 'x', schedule: '0 9 * * *', handler: () => undefined }
    // @ts-expect-error -- only a job has an event
    defineCronJob({ ...least, event: 'order.created' })
    // @ts-expect-error -- only sends are debounced
    defineCronJob({ ...least, debounce: { period: '5s' } })
    // @ts-expect-error -- an unknown `overlap`
    defineCronJob({ ...least, overlap: 'queue' })
    // @ts-expect-error -- an array, not a function
    defineCronJob({ ...least, tenants: ['acme'] })
    // @ts-expect-error -- the schedule is missing
    defineCronJob({ id: 'x', handler: () => undefined })
  })
})

test('the context of a job has the fields of the specification', () => {
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

test('the retry configuration has the fields of the specification', () => {
  const retry: RetryConfig = { maxAttempts: 3, backoff: 'exponential', initialDelay: 1000, maxDelay: 60_000 }
  expectTypeOf(retry).toExtend<RetryConfig>()
})
