import { describe, expectTypeOf, test } from 'vitest'
import * as z from 'zod/v4'

import { createJobs } from '../client/create-jobs.ts'
import type { HandlerTransaction } from '../engines/engine-types.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import { defineWorkflow } from './define-workflow.ts'
import type { CronContext, InTransaction, JobContext } from './job-context.ts'
import type { JobDefinition } from './job-definition.ts'
import type { StepContext } from './steps.ts'

/** The type of the client of an app. */
interface Client {
  query(sql: string): Promise<{ rows: unknown[] }>
}

declare module '../engines/engine-types.ts' {
  interface HandlerTransaction extends Client {}
}

const schema = z.object({ tenantId: z.string(), id: z.string() })

describe('the transaction of a handler', () => {
  test('has the type that the app declares', () => {
    expectTypeOf<HandlerTransaction>().toExtend<Client>()
    const job = defineJob({
      id: 'x',
      event: 'order.created',
      transaction: true,
      handler: async ({ payload }, context) => {
        expectTypeOf(context).toEqualTypeOf<JobContext & InTransaction>()
        expectTypeOf(payload.orderId).toEqualTypeOf<string>()
        await context.transaction.query('SELECT 1')
        return { ok: true }
      },
      onFailure: (_error, _event, context) => void expectTypeOf(context).toEqualTypeOf<JobContext>(),
    })
    expectTypeOf(job).toEqualTypeOf<JobDefinition<'order.created', { ok: boolean }>>()
    defineJob({ id: 'x', payload: schema, transaction: true, handler: (_event, { transaction }) => transaction })
    defineCronJob({
      id: 'x',
      schedule: '* * * * *',
      transaction: true,
      handler: (context) => void expectTypeOf(context).toEqualTypeOf<CronContext & InTransaction>(),
    })
    const jobs = createJobs({ events: { 'a.b': schema } })
    jobs.defineJob({ id: 'x', event: 'a.b', transaction: true, handler: (_event, { transaction }) => transaction })
    jobs.defineWorkflow({
      id: 'x',
      event: 'a.b',
      transaction: true,
      steps: (_event, step) => step.run('a', ({ transaction }) => void transaction),
    })
  })

  test('is absent without the option', () => {
    // @ts-expect-error -- it is not set
    defineJob({ id: 'x', event: 'order.created', handler: (_event, { transaction }) => transaction })
    const handler = (_event: unknown, context: JobContext): void =>
      void expectTypeOf(context).toEqualTypeOf<JobContext>()
    defineJob({ id: 'x', event: 'order.created', transaction: false, handler })
  })
})

describe('the transaction of a step', () => {
  test('is in its context', () => {
    defineWorkflow({
      id: 'x',
      event: 'order.created',
      transaction: true,
      previous: [{ version: '1', steps: (_event, step) => step.run('a', ({ transaction }) => void transaction) }],
      steps: async (_event, step, own) => {
        expectTypeOf(own).toEqualTypeOf<JobContext>()
        await step.run('a', async (context) => {
          expectTypeOf(context).toEqualTypeOf<StepContext & InTransaction>()
        })
        const output = await step.run(
          'b',
          (context) => {
            expectTypeOf(context).toEqualTypeOf<StepContext>()
            return 1
          },
          {
            transaction: false,
            compensate: (_output, context) => void expectTypeOf(context).toEqualTypeOf<StepContext>(),
          },
        )
        return output
      },
    })
  })

  test('requires the option of the workflow', () => {
    defineWorkflow({
      id: 'x',
      event: 'order.created',
      steps: async (_event, step) => {
        await step.run('a', (context) => void expectTypeOf(context).toEqualTypeOf<StepContext>())
        // @ts-expect-error -- the workflow does not set it
        await step.run('b', () => undefined, { transaction: true })
      },
    })
  })
})
