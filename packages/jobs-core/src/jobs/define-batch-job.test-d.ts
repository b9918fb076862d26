import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import type { JobPayload } from '../events/job-events.ts'
import type { BatchEvent, BatchJobDefinition } from './batch-job-definition.ts'
import { defineBatchJob } from './define-batch-job.ts'
import type { Definition, JobOutput } from './definition.ts'

const bounds = { id: 'import-orders', event: 'order.created', maxSize: 100, maxWait: '5s' } as const

describe('a batch job', () => {
  test('receives events with the payload of its event, and facts about their runs', () => {
    const definition = defineBatchJob({
      ...bounds,
      handler: async (events, context) => {
        expectTypeOf(events).toEqualTypeOf<readonly BatchEvent<'order.created'>[]>()
        expectTypeOf(context.tenantId).toEqualTypeOf<string>()
        return events.map(({ payload, attempt }) => {
          expectTypeOf(payload).toEqualTypeOf<JobPayload<'order.created'>>()
          return { attempt, orderId: payload.orderId }
        })
      },
      onFailure: (error, event, context) => {
        expectTypeOf(error).toEqualTypeOf<Error>()
        expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
        expectTypeOf(context.runId).toEqualTypeOf<string>()
      },
    })
    expectTypeOf(definition).toExtend<Definition>()
    expectTypeOf<JobOutput<typeof definition>>().toEqualTypeOf<{ attempt: number; orderId: string }>()
  })

  test('can return nothing', () => {
    const definition = defineBatchJob({ ...bounds, handler: async () => undefined })
    expectTypeOf(definition).toExtend<BatchJobDefinition>()
    defineBatchJob({ ...bounds, handler: () => undefined })
    defineBatchJob({ ...bounds, handler: async (events, { fail }) => events.forEach((event) => fail(event, 'No')) })
  })

  test('fails one event with `fail`', () => {
    defineBatchJob({
      ...bounds,
      handler: (events, context) => {
        for (const event of events) context.fail(event, new Error('No'))
        // @ts-expect-error -- without an error
        context.fail(events[0]!)
        // @ts-expect-error -- the error first
        context.fail(new Error('No'), events[0]!)
        // @ts-expect-error -- the payload
        context.fail(events[0]!.payload, new Error('No'))
        // @ts-expect-error -- the id
        context.fail(events[0]!.id, new Error('No'))
      },
    })
  })

  test('has one output for each event', () => {
    // @ts-expect-error -- like AWS Lambda
    defineBatchJob({ ...bounds, handler: async () => ({ batchItemFailures: [] }) })
    // @ts-expect-error -- one for all
    defineBatchJob({ ...bounds, handler: () => 'done' })
  })

  test('has no `context.attempt` of a single run', () => {
    // @ts-expect-error -- each event has its own
    defineBatchJob({ ...bounds, handler: (_events, { attempt }) => void attempt })
  })

  test('with `payload` receives the output of its schema', () => {
    defineBatchJob({
      id: 'index-page',
      payload: z.object({ tenantId: z.string(), at: z.coerce.date() }),
      maxSize: 10,
      maxWait: '1s',
      handler: (events) => {
        expectTypeOf(events[0]!.payload.at).toEqualTypeOf<Date>()
      },
    })
  })

  test('requires its bounds and an event that exists', () => {
    // @ts-expect-error -- without `maxWait`
    defineBatchJob({ id: 'import-orders', event: 'order.created', maxSize: 10, handler: () => undefined })
    // @ts-expect-error -- without `maxSize`
    defineBatchJob({ id: 'import-orders', event: 'order.created', maxWait: '1s', handler: () => undefined })
    defineBatchJob({
      ...bounds,
      // @ts-expect-error -- misspelled
      event: 'order.craeted',
      handler: (events) => events.map(({ payload }) => payload.orderId),
    })
  })
})
