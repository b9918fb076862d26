import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

import { defineEvents, defineJob, type EventsOf, eventType, type JobPayload, sendJob } from '@cgk-platform/jobs'

const videoReady = z.object({ videoId: z.string(), readyAt: z.coerce.date<Date | string>() })

interface ProjectCreated {
  projectId: string
  tenantId: string
}

const events = defineEvents({ 'video.ready': videoReady, 'project.created': eventType<ProjectCreated>() })

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {
    'invoice.paid': { invoiceId: string }
  }
}

describe('custom events with only the facade', () => {
  it('have the input type of the schema when they are sent', () => {
    void sendJob('video.ready', { tenantId: 'acme', videoId: 'v1', readyAt: new Date() })
    void sendJob('video.ready', { tenantId: 'acme', videoId: 'v1', readyAt: '2026-01-01T00:00:00Z' })
    void sendJob('project.created', { tenantId: 'acme', projectId: 'p1' })
    void sendJob('invoice.paid', { tenantId: 'acme', invoiceId: 'i1' })
    // @ts-expect-error -- every event has a tenant, even if its schema does not declare one
    void sendJob('video.ready', { videoId: 'v1', readyAt: new Date() })
    // @ts-expect-error -- a field of a wrong type
    void sendJob('project.created', { tenantId: 'acme', projectId: 1 })
    // @ts-expect-error -- no such event
    void sendJob('video.redy', { tenantId: 'acme' })
  })

  it('have the output type of the schema in a handler', () => {
    expectTypeOf<JobPayload<'video.ready'>>().toExtend<{ tenantId: string; videoId: string; readyAt: Date }>()
    defineJob({
      id: 'typed',
      event: 'video.ready',
      handler: ({ payload }) => {
        expectTypeOf(payload.readyAt).toEqualTypeOf<Date>()
        expectTypeOf(payload.tenantId).toEqualTypeOf<string>()
      },
    })
  })
})
