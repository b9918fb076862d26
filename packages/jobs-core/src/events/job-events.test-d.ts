import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { defineEvents } from './define-events.ts'
import { eventType } from './event-type.ts'
import type { EventsOf, JobEvent, JobInput, JobPayload } from './job-events.ts'

interface ProjectCreated {
  tenantId: string
  projectId: string
  members?: string[]
}

const events = defineEvents({
  'video.ready': z.object({
    videoId: z.string(),
    readyAt: z.coerce.date(),
    quality: z.enum(['sd', 'hd']).default('sd'),
  }),
  'video.dated': z.object({ tenantId: z.string(), at: z.coerce.date<Date | string>() }),
  'project.created': eventType<ProjectCreated>(),
})

declare const handMade: StandardSchemaV1<{ word: string }, { word: string; length: number }>

declare module './job-events.ts' {
  interface JobEvents extends EventsOf<typeof events> {
    'word.said': typeof handMade
    'invoice.paid': { invoiceId: string }
  }
}

test('event names are those of the catalogue and of the app', () => {
  expectTypeOf<
    'order.created' | 'video.ready' | 'project.created' | 'word.said' | 'invoice.paid'
  >().toExtend<JobEvent>()
  expectTypeOf<JobEvent>().toExtend<string>()
  expectTypeOf<'order.crated'>().not.toExtend<JobEvent>()
  expectTypeOf<string>().not.toExtend<JobEvent>()
})

test('defineEvents returns the schemas with their types', () => {
  expectTypeOf(events['video.ready']).toExtend<z.ZodObject>()
  expectTypeOf<keyof typeof events>().toEqualTypeOf<'video.ready' | 'video.dated' | 'project.created'>()
  // @ts-expect-error -- a plain object is not a schema
  defineEvents({ 'video.ready': { videoId: 'string' } })
})

describe('an event with a schema', () => {
  test('is sent with the input type of the schema', () => {
    expectTypeOf<JobInput<'video.dated'>>().toEqualTypeOf<{ tenantId: string; at: Date | string }>()
    expectTypeOf<JobInput<'video.ready'>['quality']>().toEqualTypeOf<'sd' | 'hd' | undefined>()
    expectTypeOf<JobInput<'word.said'>>().toExtend<{ tenantId: string; word: string }>()
    expectTypeOf<JobInput<'word.said'>>().not.toHaveProperty('length')
  })

  test('is handled with the output type of the schema', () => {
    expectTypeOf<JobPayload<'video.ready'>['readyAt']>().toEqualTypeOf<Date>()
    expectTypeOf<JobPayload<'video.ready'>['quality']>().toEqualTypeOf<'sd' | 'hd'>()
    expectTypeOf<JobPayload<'video.dated'>>().toEqualTypeOf<{ tenantId: string; at: Date }>()
    expectTypeOf<JobPayload<'word.said'>['length']>().toEqualTypeOf<number>()
  })

  test('has a tenant even if the schema does not declare it', () => {
    expectTypeOf<JobInput<'video.ready'>['tenantId']>().toEqualTypeOf<string>()
    expectTypeOf<JobPayload<'video.ready'>['tenantId']>().toEqualTypeOf<string>()
    expectTypeOf<JobPayload<'invoice.paid'>>().toExtend<{ tenantId: string; invoiceId: string }>()
  })
})

describe('an event with only a type', () => {
  test('is sent and handled with this type', () => {
    expectTypeOf<JobInput<'project.created'>>().toEqualTypeOf<ProjectCreated>()
    expectTypeOf<JobPayload<'project.created'>>().toEqualTypeOf<ProjectCreated>()
  })
})

describe('an event of the catalogue', () => {
  test('requires only the required fields of its schema', () => {
    expectTypeOf<{ tenantId: string; orderId: string }>().toExtend<JobInput<'order.created'>>()
    expectTypeOf<{ orderId: string }>().not.toExtend<JobInput<'order.created'>>()
    expectTypeOf<JobPayload<'order.created'>['totalAmount']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<JobPayload<'webhook.received'>['body']>().toEqualTypeOf<unknown>()
  })

  test('has no type `any`', () => {
    expectTypeOf<JobInput<'order.created'>>().not.toBeAny()
    expectTypeOf<JobPayload<'email.send'>>().not.toBeAny()
    expectTypeOf<JobPayload<'email.send'>['recipientEmail']>().toEqualTypeOf<string>()
  })
})

test('a payload of any event has a tenant', () => {
  expectTypeOf<JobPayload['tenantId']>().toEqualTypeOf<string>()
})
