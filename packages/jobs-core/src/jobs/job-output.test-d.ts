import { describe, expectTypeOf, test } from 'vitest'

import { findRun } from '../runs/find-run.ts'
import type { JobStatus } from '../status/job-status.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import type { JobOutput } from './definition.ts'

declare const status: JobStatus
type OrderId = string & { readonly brand: 'OrderId' }

describe('the output of a job after JSON', () => {
  test('has strings for dates', () => {
    const dated = defineJob({
      id: 'dated',
      event: 'order.created',
      handler: async () => ({ at: new Date(), days: [new Date()], within: { from: new Date(), count: 5 } }),
    })
    expectTypeOf<JobOutput<typeof dated>>().toEqualTypeOf<{
      at: string
      days: string[]
      within: { from: string; count: number }
    }>()
    // @ts-expect-error -- a string has no such method
    findRun(status, dated)?.output?.at.getTime()
  })

  test('is a string for a date, also for a cron job', () => {
    const cron = defineCronJob({ id: 'dated-cron', schedule: '0 9 * * *', handler: ({ scheduledAt }) => scheduledAt })
    expectTypeOf<JobOutput<typeof cron>>().toEqualTypeOf<string>()
  })

  test('keeps unions', () => {
    const maybe = defineJob({
      id: 'maybe',
      event: 'order.created',
      handler: ({ payload }): { at: Date | null; id: string | undefined } => ({ at: null, id: payload.orderId }),
    })
    expectTypeOf<JobOutput<typeof maybe>>().toEqualTypeOf<{ at: string | null; id: string | undefined }>()
  })

  test('is otherwise the return value of the handler', () => {
    const plain = defineJob({
      id: 'plain',
      event: 'order.created',
      handler: () => ({ pair: ['a', 1] as [string, number], kind: 'x' as const, list: [{ ok: true }] }),
    })
    expectTypeOf<JobOutput<typeof plain>>().toEqualTypeOf<{
      pair: [string, number]
      kind: 'x'
      list: { ok: boolean }[]
    }>()
    const unknown = defineJob({ id: 'unknown', event: 'order.created', handler: (): unknown => 5 })
    expectTypeOf<JobOutput<typeof unknown>>().toEqualTypeOf<unknown>()
  })

  test('keeps branded strings', () => {
    const branded = defineJob({
      id: 'branded',
      event: 'order.created',
      handler: ({ payload }) => ({ id: payload.orderId as OrderId }),
    })
    expectTypeOf<JobOutput<typeof branded>>().toEqualTypeOf<{ id: OrderId }>()
  })
})
