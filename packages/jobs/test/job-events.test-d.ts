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

describe('own events through the facade alone', () => {
  it('are typed where they are sent, by what the schema takes', () => {
    void sendJob('video.ready', { tenantId: 'acme', videoId: 'v1', readyAt: new Date() })
    void sendJob('video.ready', { tenantId: 'acme', videoId: 'v1', readyAt: '2026-01-01T00:00:00Z' })
    void sendJob('project.created', { tenantId: 'acme', projectId: 'p1' })
    void sendJob('invoice.paid', { tenantId: 'acme', invoiceId: 'i1' })
    // @ts-expect-error -- every event carries a tenant, also one whose schema does not name it
    void sendJob('video.ready', { videoId: 'v1', readyAt: new Date() })
    // @ts-expect-error -- a field of another type
    void sendJob('project.created', { tenantId: 'acme', projectId: 1 })
    // @ts-expect-error -- no such event
    void sendJob('video.redy', { tenantId: 'acme' })
  })

  it('are typed where they are handled, by what the schema gives', () => {
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
