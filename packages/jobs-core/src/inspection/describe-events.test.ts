import { expect, test } from 'vitest'
import * as z from 'zod/v4'

import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import { defineBatchJob } from '../jobs/define-batch-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { createJobRegistry } from '../jobs/job-registry.ts'
import { describeEvents } from './describe-events.ts'

defineEvents({
  'video.ready': z.object({ tenantId: z.string(), seconds: z.number() }),
  'video.typed': eventType<{ tenantId: string }>(),
})

const handler = (): void => undefined
const jobs = createJobRegistry()
jobs.register(defineJob({ id: 'publish', event: 'video.ready' as never, handler }))
jobs.register(defineJob({ id: 'off', event: 'video.ready' as never, handler, enabled: false }))
jobs.register(
  defineBatchJob({
    id: 'resize',
    payload: z.object({ width: z.number(), until: z.date() }),
    maxSize: 2,
    maxWait: '1s',
    handler: () => [],
  } as never),
)

async function find(event: string) {
  return (await describeEvents(jobs)).find((one) => one.event === event)
}

test('an event has the JSON Schema of its payload and the enabled definitions that handle it', async () => {
  expect(await find('video.ready')).toMatchObject({
    definitionIds: ['publish'],
    schema: { type: 'object', properties: { seconds: { type: 'number' } } },
  })
})

test('a job with `payload` has an event of its own; a date in its schema can be anything', async () => {
  expect(await find('job/resize')).toMatchObject({
    definitionIds: ['resize'],
    schema: { properties: { width: { type: 'number' }, until: {} } },
  })
})

test('a built-in event has a JSON Schema', async () => {
  expect(await find('order.created')).toMatchObject({
    schema: { required: expect.arrayContaining(['orderId']) as object },
  })
})

test('an event that is declared by its type has no schema', async () => {
  expect(await find('video.typed')).toEqual({ event: 'video.typed', definitionIds: [] })
})
