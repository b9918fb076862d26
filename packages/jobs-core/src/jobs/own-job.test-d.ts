import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { scheduleJob, sendJob, sendJobs } from '../client/module-functions.ts'
import type { JobClient, TenantClient } from '../client/job-client.ts'
import { eventType } from '../events/event-type.ts'
import type { JobEvent, JobInput } from '../events/job-events.ts'
import { findRun } from '../runs/find-run.ts'
import type { JobStatus } from '../status/job-status.ts'
import { defineWorkflow } from './define-workflow.ts'
import type { Steps } from './steps.ts'
import { defineJob } from './define-job.ts'
import type { Definition, JobOutput } from './definition.ts'
import type { JobDefinition } from './job-definition.ts'

declare const client: JobClient
declare const acme: TenantClient
declare const step: Steps<'order.created'>
declare const status: JobStatus

const resize = defineJob({
  id: 'resize',
  payload: z.object({ imageId: z.string(), width: z.coerce.number<string>() }),
  handler: async ({ name, payload, sentAt }, { tenantId }) => {
    expectTypeOf(name).toEqualTypeOf<`job/${string}`>()
    expectTypeOf(payload.imageId).toEqualTypeOf<string>()
    expectTypeOf(payload.width).toEqualTypeOf<number>()
    expectTypeOf(payload.tenantId).toEqualTypeOf<string>()
    expectTypeOf(sentAt).toEqualTypeOf<Date>()
    expectTypeOf(tenantId).toEqualTypeOf<string>()
    return { done: true }
  },
  onFailure: (_error, { payload }) => void expectTypeOf(payload.width).toEqualTypeOf<number>(),
})
const crop = defineJob({ id: 'crop', payload: eventType<{ left: number }>(), handler: ({ payload }) => payload.left })
const publish = defineWorkflow({
  id: 'publish',
  payload: eventType<{ videoId: string }>(),
  steps: async ({ payload }, steps) => {
    expectTypeOf(payload.videoId).toEqualTypeOf<string>()
    await steps.waitForEvent('paid', 'order.created', { match: 'tenantId', timeout: '7d' })
    // @ts-expect-error -- not a field of both payloads
    await steps.waitForEvent('paid', 'order.created', { match: 'orderId', timeout: '7d' })
    return payload.videoId
  },
})
const image = { tenantId: 'acme', imageId: 'i1', width: '20' }

describe('a job with `payload`', () => {
  test('is a definition with an output', () => {
    expectTypeOf(resize).toExtend<Definition>()
    expectTypeOf(resize).toExtend<JobDefinition>()
    expectTypeOf(publish).toExtend<Definition>()
    expectTypeOf<JobOutput<typeof resize>>().toEqualTypeOf<{ done: boolean }>()
    expectTypeOf(findRun(status, crop)?.output).toEqualTypeOf<number | undefined>()
    expectTypeOf<JobInput<typeof crop>>().toEqualTypeOf<{ left: number } & { tenantId: string }>()
  })

  test('is sent with the input of its schema', () => {
    const handle = resize.send(image, { delay: '5s' })
    expectTypeOf<Awaited<typeof handle>['event']>().toEqualTypeOf<`job/${string}`>()
    void publish.send({ tenantId: 'acme', videoId: 'v1' })
    // @ts-expect-error -- the handler's type, not the sender's
    void resize.send({ ...image, width: 20 })
    // @ts-expect-error -- no tenant
    void crop.send({ left: 5 })
    // @ts-expect-error -- an unknown option
    void crop.send({ tenantId: 'acme', left: 5 }, { retries: 1 })
  })

  test('is sent by every function that sends', () => {
    const sent = sendJob(resize, image)
    expectTypeOf<Awaited<typeof sent>['event']>().toEqualTypeOf<`job/${string}`>()
    void client.sendEvent(publish, { tenantId: 'acme', videoId: 'v1' })
    void scheduleJob(crop, { tenantId: 'acme', left: 5 }, { delay: '1h' })
    void acme.sendJob(resize, { imageId: 'i1', width: '20' })
    void acme.scheduleJob(crop, { left: 5 }, { delay: '1h' })
    void step.sendEvent('s', crop, { left: 5 })
    expectTypeOf(step.runJob('r', resize, { imageId: 'i1', width: '20' })).toEqualTypeOf<Promise<{ done: boolean }>>()
    expectTypeOf(step.runJob('p', publish, { videoId: 'v1' })).toEqualTypeOf<Promise<string>>()
    void client.listJobs({ event: resize.event })
    // @ts-expect-error -- another type
    void sendJob(resize, { ...image, width: 20 })
    // @ts-expect-error -- another type
    void acme.sendJob(crop, { left: '5' })
    // @ts-expect-error -- another type
    void step.sendEvent('s', crop, { left: '5' })
    // @ts-expect-error -- another type
    void step.runJob('r', resize, { imageId: 5, width: '20' })
  })

  test('is an item of `sendJobs`', () => {
    void sendJobs([
      { event: resize, payload: image },
      { event: resize, payload: image, options: { delay: '5s' } },
      { event: 'order.created', payload: { tenantId: 'acme', orderId: 'order_1' } },
    ])
    void client.sendJobs(['i1', 'i2'].map((imageId) => ({ event: resize, payload: { ...image, imageId } })))
    void acme.sendJobs([{ event: crop, payload: { left: 5 } }])
    void sendJobs<typeof resize | typeof crop>([
      { event: resize, payload: image },
      { event: crop, payload: { tenantId: 'acme', left: 5 } },
    ])
    // @ts-expect-error -- another type
    void sendJobs([{ event: resize, payload: { ...image, width: 20 } }])
    // @ts-expect-error -- another type
    void acme.sendJobs([{ event: crop, payload: { left: '5' } }])
  })

  test('has no event of another definition', () => {
    const thank = defineJob({ id: 'thank', event: 'order.created', handler: () => undefined })
    // @ts-expect-error -- it handles an event: send that
    void sendJob(thank, { tenantId: 'acme', orderId: 'order_1' })
    // @ts-expect-error -- it handles an event: send that
    void thank.send({ tenantId: 'acme', orderId: 'order_1' })
    // @ts-expect-error -- both
    defineJob({ id: 'x', event: 'order.created', payload: eventType<{ left: number }>(), handler: () => undefined })
    // @ts-expect-error -- neither
    defineWorkflow({ id: 'x', steps: () => undefined })
  })
})

test('generic functions over events keep their types', () => {
  const sendLater = <Event extends JobEvent>(event: Event, payload: JobInput<Event>) =>
    scheduleJob(event, payload, { delay: '1h' })
  const define = <Event extends JobEvent>(event: Event): JobDefinition<Event, string> =>
    defineJob({ id: `log-${event}`, event, handler: ({ payload }) => payload.tenantId })
  void sendLater('order.created', { tenantId: 'acme', orderId: 'order_1' })
  expectTypeOf(define('order.created')).toEqualTypeOf<JobDefinition<'order.created', string>>()
})
