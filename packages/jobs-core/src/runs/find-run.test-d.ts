import { describe, expectTypeOf, test } from 'vitest'

import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { findRun } from './find-run.ts'
import type { JobStatus, RunStatus } from '../status/job-status.ts'

declare const status: JobStatus
const processOrder = defineJob({
  id: 'process-order',
  event: 'order.created',
  handler: async ({ payload }) => ({ success: true, orderId: payload.orderId }),
})
const report = defineCronJob({ id: 'report', schedule: '0 9 * * *', handler: () => [1, 2] })

describe('the run of a definition', () => {
  test('has the output of its handler, if present', () => {
    const run = findRun(status, processOrder)
    expectTypeOf(run).toEqualTypeOf<RunStatus<{ success: boolean; orderId: string }> | undefined>()
    expectTypeOf(run?.output?.orderId).toEqualTypeOf<string | undefined>()
    expectTypeOf(findRun(status, report)?.output).toEqualTypeOf<number[] | undefined>()
  })

  test('cannot be used without a check, or as another type', () => {
    const run = findRun(status, processOrder)
    // @ts-expect-error -- there may be no run
    void run.output
    // @ts-expect-error -- a string, not a number
    const orderId: number | undefined = run?.output?.orderId
    void orderId
  })

  test('is untyped if the definition is unknown', () => {
    expectTypeOf(status.runs[0]!.output).toEqualTypeOf<unknown>()
  })
})
