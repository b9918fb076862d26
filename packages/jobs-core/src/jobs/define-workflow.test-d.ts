import { describe, expectTypeOf, test } from 'vitest'

import type { JobHandle } from '../sends/send-options.ts'
import { defineJob } from './define-job.ts'
import type { EventMessage } from './event-message.ts'
import type { JobContext } from './job-context.ts'
import type { Definition, EventDefinition, JobOutput } from './definition.ts'
import { findRun } from '../runs/find-run.ts'
import type { JobStatus } from '../status/job-status.ts'
import { defineWorkflow } from './define-workflow.ts'
import type { StepContext, Steps, WorkflowDefinition } from './steps.ts'

declare const status: JobStatus
declare const step: Steps<'order.created'>

const invoice = defineJob({
  id: 'write-invoice',
  event: 'order.created',
  handler: async () => ({ number: 1, writtenAt: new Date() }),
})

describe('a workflow', () => {
  test('gets the event that started it, its steps, and the context', () => {
    defineWorkflow({
      id: 'fulfil-order',
      event: 'order.created',
      steps: async (event, steps, context) => {
        expectTypeOf(event).toEqualTypeOf<EventMessage<'order.created'>>()
        expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
        expectTypeOf(steps).toEqualTypeOf<Steps<'order.created'>>()
        expectTypeOf(context).toEqualTypeOf<JobContext>()
        // @ts-expect-error -- no such field
        void event.payload.orderID
      },
      onFailure: (error, event, context) => {
        expectTypeOf(error).toEqualTypeOf<Error>()
        expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
        expectTypeOf(context).toEqualTypeOf<JobContext>()
      },
    })
  })

  test('has the output that its code returns, as JSON', () => {
    const workflow = defineWorkflow({
      id: 'x',
      event: 'order.created',
      steps: async (_event, { run }) => ({ at: new Date(), paid: await run('charge', async () => 5) }),
    })
    expectTypeOf(workflow).toEqualTypeOf<WorkflowDefinition<'order.created', { at: Date; paid: number }>>()
    expectTypeOf<JobOutput<typeof workflow>>().toEqualTypeOf<{ at: string; paid: number }>()
    expectTypeOf(findRun(status, workflow)?.output).toEqualTypeOf<{ at: string; paid: number } | undefined>()
    const none = defineWorkflow({ id: 'y', event: 'order.created', steps: async () => undefined })
    expectTypeOf<JobOutput<typeof none>>().toEqualTypeOf<undefined>()
  })

  test('is accepted wherever any definition is', () => {
    const workflow = defineWorkflow({ id: 'x', event: 'order.created', steps: () => ({ ok: true }) })
    expectTypeOf(workflow).toExtend<Definition>()
    expectTypeOf(workflow).toExtend<EventDefinition>()
  })

  test('has earlier code, which may leave out each option, also as `undefined`', () => {
    defineWorkflow({
      id: 'x',
      event: 'order.created',
      version: '2',
      steps: () => undefined,
      previous: [
        { version: undefined, steps: () => undefined, onFailure: undefined },
        {
          version: '1',
          steps: async (event, steps) => {
            expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
            expectTypeOf(steps).toEqualTypeOf<Steps<'order.created'>>()
          },
          onFailure: (error, event) => {
            expectTypeOf(error).toEqualTypeOf<Error>()
            expectTypeOf(event.payload.orderId).toEqualTypeOf<string>()
          },
        },
      ],
    })
  })

  test('rejects unknown options and wrong types', () => {
    const least = { id: 'x', event: 'order.created', steps: () => undefined } as const
    // @ts-expect-error -- no such event
    defineWorkflow({ id: 'x', event: 'order.crated', steps: () => undefined })
    // @ts-expect-error -- its steps are missing
    defineWorkflow({ id: 'x', event: 'order.created' })
    // @ts-expect-error -- a handler is a job's
    defineWorkflow({ ...least, handler: () => undefined })
    // @ts-expect-error -- not a string
    defineWorkflow({ ...least, version: 2 })
    // @ts-expect-error -- not a number
    defineWorkflow({ ...least, maxSteps: '5' })
    // @ts-expect-error -- not a duration
    defineWorkflow({ ...least, timeout: 'soon' })
  })
})

describe('a step that does work', () => {
  test('returns the result of its work, as JSON', () => {
    expectTypeOf(step.run('a', () => ({ at: new Date(), n: 1 }))).toEqualTypeOf<Promise<{ at: string; n: number }>>()
    expectTypeOf(step.run('a', async () => [new Date()])).toEqualTypeOf<Promise<string[]>>()
    expectTypeOf(step.run('a', () => new Date())).toEqualTypeOf<Promise<string>>()
    expectTypeOf(step.run('a', (): (Date | undefined)[] => [])).toEqualTypeOf<Promise<(string | null)[]>>()
    expectTypeOf(step.run('a', (): [void, unknown] => [undefined, 1])).toEqualTypeOf<Promise<[null, unknown]>>()
    expectTypeOf(step.run('a', async () => {})).toEqualTypeOf<Promise<void>>()
    expectTypeOf(step.run('a', (): number | null => 5)).toEqualTypeOf<Promise<number | null>>()
    expectTypeOf(step.run('a', (): unknown => 5)).toEqualTypeOf<Promise<unknown>>()
    void step.run('a', (context) => void expectTypeOf(context).toEqualTypeOf<StepContext>())
  })

  test('is compensated with its result, as JSON', () => {
    void step.run('a', async (context) => ({ at: new Date(), attempt: context.attempt }), {
      retry: { maxAttempts: 5 },
      timeout: '30s',
      compensate: async (output, context) => {
        expectTypeOf(output).toEqualTypeOf<{ at: string; attempt: number }>()
        expectTypeOf(context).toEqualTypeOf<StepContext>()
        // @ts-expect-error -- a date is now a string
        output.at.getTime()
      },
    })
    // @ts-expect-error -- no such option
    void step.run('a', () => 5, { retries: 3 })
    // @ts-expect-error -- work is missing
    void step.run('a')
  })
})

describe('a step that waits', () => {
  test('sleeps for a duration, or until a date', () => {
    expectTypeOf(step.sleep('a', '5m')).toEqualTypeOf<Promise<void>>()
    expectTypeOf(step.sleepUntil('a', new Date())).toEqualTypeOf<Promise<void>>()
    // @ts-expect-error -- not a duration
    void step.sleep('a', 'soon')
    // @ts-expect-error -- a string, as dates arrive in payloads
    void step.sleepUntil('a', '2026-03-01T12:00:00Z')
  })

  test('returns the event, or `null`', () => {
    const awaited = step.waitForEvent('a', 'order.refunded', { match: 'orderId', timeout: '7d' })
    expectTypeOf(awaited).toEqualTypeOf<Promise<EventMessage<'order.refunded'> | null>>()
  })

  test('matches only a field of both payloads', () => {
    void step.waitForEvent('a', 'order.refunded', { match: 'tenantId', timeout: '7d' })
    // @ts-expect-error -- a field of only the event that started the run
    void step.waitForEvent('a', 'order.refunded', { match: 'totalAmount', timeout: '7d' })
    // @ts-expect-error -- not a field
    void step.waitForEvent('a', 'order.refunded', { match: 'orderID', timeout: '7d' })
    // @ts-expect-error -- no such event
    void step.waitForEvent('a', 'order.refundet', { timeout: '7d' })
  })

  test("counts events since `'start'` or the id of a step", () => {
    void step.waitForEvent('a', 'order.refunded', { since: 'start', timeout: '7d' })
    void step.waitForEvent('a', 'order.refunded', { since: 'charge#2', timeout: '7d' })
    // @ts-expect-error -- a time
    void step.waitForEvent('a', 'order.refunded', { since: new Date(), timeout: '7d' })
  })

  test('matches values of fields of the awaited payload', () => {
    void step.waitForEvent('a', 'order.refunded', { match: { orderId: 'order_1', refundAmount: 5 }, timeout: '7d' })
    // @ts-expect-error -- a number as the value of a string
    void step.waitForEvent('a', 'order.refunded', { match: { orderId: 1 }, timeout: '7d' })
    // @ts-expect-error -- not a field
    void step.waitForEvent('a', 'order.refunded', { match: { orderID: 'order_1' }, timeout: '7d' })
  })
})

describe('a step that sends', () => {
  test('takes a payload of its event without the tenant', () => {
    const sent = step.sendEvent('a', 'order.created', { orderId: 'order_1' }, { delay: '5m' })
    expectTypeOf(sent).toEqualTypeOf<Promise<JobHandle<'order.created'>>>()
    // @ts-expect-error -- not a number
    void step.sendEvent('a', 'order.created', { orderId: 'order_1', totalAmount: '5' })
    // @ts-expect-error -- the key is the step's own
    void step.sendEvent('a', 'order.created', { orderId: 'order_1' }, { idempotencyKey: 'x' })
  })

  test('returns the output of the job, as JSON', () => {
    const answered = step.runJob('a', invoice, { orderId: 'order_1' })
    expectTypeOf(answered).toEqualTypeOf<Promise<{ number: number; writtenAt: string }>>()
    expectTypeOf(answered).toEqualTypeOf<Promise<JobOutput<typeof invoice>>>()
    const other = defineWorkflow({ id: 'x', event: 'order.refunded', steps: async () => [new Date()] })
    expectTypeOf(step.runJob('a', other, { orderId: 'order_1' })).toEqualTypeOf<Promise<string[]>>()
    // @ts-expect-error -- a field is missing
    void step.runJob('a', invoice, {})
    // @ts-expect-error -- no such field
    void step.runJob('a', invoice, { orderId: 'order_1', number: 5 })
    // @ts-expect-error -- a definition, not its id
    void step.runJob('a', 'write-invoice', { orderId: 'order_1' })
  })
})

describe('a restart', () => {
  test('takes a payload of the event that started the run, without the tenant, and has no output', () => {
    expectTypeOf(step.restart({ orderId: 'order_2' })).toEqualTypeOf<Promise<never>>()
    // @ts-expect-error -- a field is missing
    void step.restart({})
    // @ts-expect-error -- not a string
    void step.restart({ orderId: 5 })
    // @ts-expect-error -- the payload is missing
    void step.restart()
    const loop = defineWorkflow({
      id: 'x',
      event: 'order.created',
      steps: async (_event, steps) => {
        const paid = await steps.run('charge', () => 5)
        return paid > 0 ? paid : steps.restart({ orderId: 'order_2' })
      },
    })
    expectTypeOf<JobOutput<typeof loop>>().toEqualTypeOf<number>()
  })
})

test('no step returns `any`', () => {
  type Answer<Name extends keyof Steps> = Awaited<ReturnType<Steps<'order.created'>[Name]>>
  expectTypeOf<Answer<'run'>>().not.toBeAny()
  expectTypeOf<Answer<'sleep'>>().not.toBeAny()
  expectTypeOf<Answer<'sleepUntil'>>().not.toBeAny()
  expectTypeOf<Answer<'waitForEvent'>>().not.toBeAny()
  expectTypeOf<Answer<'waitForSignal'>>().not.toBeAny()
  expectTypeOf<Answer<'sendEvent'>>().not.toBeAny()
  expectTypeOf<Answer<'runJob'>>().not.toBeAny()
  expectTypeOf(step.run('a', () => JSON.parse('5') as unknown)).resolves.toBeUnknown()
})
