import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createWorkflowKit, orderWorkflow } from '../../test/kit/workflow-kit.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import { ReturnedError } from '../errors/returned-error.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { toCronEnvelope } from '../jobs/cron-event.ts'
import type { ReturnedErrors } from '../jobs/returned-errors.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})
afterEach(() => vi.unstubAllEnvs())

const busy = { success: false, error: { message: 'The shop is busy', retryable: true } }
const returning = (output: unknown, returnedErrors?: ReturnedErrors) => orderJob(() => output, { returnedErrors })
const warnings = () => kit.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)

describe('with `returnedErrors: true`, the attempt fails', () => {
  test.each<[output: object, message: string]>([
    [busy, 'The shop is busy'],
    [{ success: false, error: 'Busy' }, 'Busy'],
    [{ ok: false, error: { code: 5 } }, 'The attempt returned `ok: false`.'],
    [{ success: false }, 'The attempt returned `success: false`.'],
    [{ success: false, error: '' }, 'The attempt returned `success: false`.'],
    [{ success: false, error: null }, 'The attempt returned `success: false`.'],
  ])('if the output is %j', async (output, message) => {
    expect(await kit.run(returning(output, true))).toMatchObject({
      type: 'retry',
      afterMs: 1000,
      error: { name: 'ReturnedError', code: 'returned', message, cause: { message: JSON.stringify(output) } },
    })
    expect(warnings()).toEqual(['The attempt failed and will be retried.'])
  })

  test.each([undefined, null, false, 'text', [], [false], {}, { success: true }, { ok: 0 }, { error: 'x' }])(
    'but not if it is %j',
    async (output) => expect(await kit.run(returning(output, true))).toMatchObject({ type: 'completed' }),
  )

  test('for good if the returned `error.retryable` is false', async () => {
    const onFailure = vi.fn<(error: Error) => void>()
    const output = { success: false, error: { message: 'No such card', retryable: false } }
    const job = orderJob(() => output, { returnedErrors: true, onFailure })
    expect(await kit.run(job)).toMatchObject({ type: 'failed', error: { message: 'No such card' } })
    const [error] = onFailure.mock.calls[0]!
    expect(error).toMatchObject({ output, retryable: false })
    expect([ReturnedError.isInstance(error), NonRetryableError.isInstance(error)]).toEqual([true, true])
  })

  test('for good after the last attempt', async () => {
    expect(await kit.run(returning(busy, true), orderEnvelope(), { attempt: 3 })).toMatchObject({ type: 'failed' })
  })

  test('with the first 1,000 characters of a long output', async () => {
    const outcome = await kit.run(returning({ success: false, text: 'x'.repeat(5000) }, true))
    expect(outcome).toMatchObject({
      error: { cause: { message: expect.stringMatching(/^.{1000}… \(5027 characters/) } },
    })
  })

  test('of a cron job, but not of the tick that sends the jobs of its tenants', async () => {
    const cron = defineCronJob({
      id: 'tick',
      schedule: '* * * * *',
      tenants: () => [],
      returnedErrors: () => new Error('refused'),
      handler: () => busy,
    })
    const tickHost = () => ({}) as never // a tick without tenants sends nothing
    const envelope = (tenantId: string) =>
      toCronEnvelope(cron, { id: 'envelope_1', tick: 60_000, tenantId, now: 60_000 })
    expect(await kit.run(cron, envelope('acme'))).toMatchObject({ type: 'retry', error: { message: 'refused' } })
    expect(await kit.run(cron, envelope(systemTenantId), { tickHost })).toMatchObject({ type: 'completed' })
  })
})

describe('a function', () => {
  test.each<[error: Error, outcome: object]>([
    [new Error('Busy'), { type: 'retry', error: { message: 'Busy' } }],
    [new NonRetryableError('Gone'), { type: 'failed', error: { message: 'Gone' } }],
    [new RetryAfterError('Later', '7s'), { type: 'retry', afterMs: 7000 }],
  ])('chooses the error: %s', async (error, outcome) => {
    const returnedErrors = vi.fn<() => Error>(() => error)
    expect(await kit.run(returning({ status: 'bad', at: new Date(0) }, returnedErrors))).toMatchObject(outcome)
    expect(returnedErrors.mock.calls).toEqual([[{ status: 'bad', at: '1970-01-01T00:00:00.000Z' }]])
  })

  test('that returns `undefined` completes the run', async () => {
    expect(await kit.run(returning(busy, () => undefined))).toMatchObject({ type: 'completed', output: busy })
  })

  test('that throws fails the attempt', async () => {
    const throwing = (): never => {
      throw new TypeError('Cannot read properties of null')
    }
    expect(await kit.run(returning(1, throwing))).toMatchObject({ type: 'retry', error: { name: 'TypeError' } })
  })

  test.each<[what: string, wrong: () => unknown]>([
    ['a text', () => 'no'],
    ['`null`', () => null],
    ['a promise', async () => undefined],
    ['a promise that rejects', () => Promise.reject(new Error('mine'))],
    ['`true`', () => true],
  ])('that returns %s fails the run and says so', async (_what, wrong) => {
    const outcome = await kit.run(returning(1, wrong as never))
    const message = expect.stringMatching(/^`returnedErrors` of `process-order` returned .*\. Return an `Error`/)
    expect(outcome).toMatchObject({ type: 'failed', error: { message } })
  })
})

describe('the option', () => {
  test('of the definition wins over that of the client', async () => {
    const run = (own: boolean | undefined, returnedErrors: boolean) =>
      kit.run(returning(busy, own), orderEnvelope(), { returnedErrors })
    expect((await run(undefined, true)).type).toBe('retry')
    expect((await run(false, true)).type).toBe('completed')
    expect((await run(true, false)).type).toBe('retry')
  })

  test.each(['yes', 1, null, {}])('cannot be %j', (returnedErrors) => {
    const define = () => defineJob({ id: 'x', event: 'order.created', returnedErrors, handler: () => 1 } as never)
    expect(define).toThrow(/`returnedErrors` is .*Pass `true`, `false` or a function that returns an `Error`\./)
  })
})

describe('without the option, the run completes', () => {
  test('with one warning per definition', async () => {
    const job = returning(busy)
    for (let runs = 0; runs < 3; runs++) expect(await kit.run(job)).toEqual({ type: 'completed', output: busy })
    expect(warnings()).toEqual([
      expect.stringMatching(/^`process-order` returned `success: false`, .*returnedErrors: true/),
    ])
    await kit.run(returning({ ok: false }))
    expect(warnings()).toHaveLength(2)
  })

  test('without a warning in production, or if the option is `false`', async () => {
    await kit.run(returning(busy, false))
    vi.stubEnv('NODE_ENV', 'production')
    await kit.run(returning(busy))
    expect(warnings()).toEqual([])
  })
})

describe('a workflow', () => {
  test('that returns a failure is retried with the results of its steps, then fails and compensates', async () => {
    const workflows = createWorkflowKit()
    const charge = vi.fn<() => string>(() => 'charged')
    const refund = vi.fn<() => void>()
    const workflow = orderWorkflow(
      async (step) => {
        await step.run('charge', charge, { compensate: refund })
        return busy
      },
      { returnedErrors: true },
    )
    expect(await workflows.runToEnd(workflow)).toMatchObject({ type: 'failed', error: { code: 'returned' } })
    expect([charge.mock.calls.length, refund.mock.calls.length]).toEqual([1, 1])
  })

  test('decides about the results of its steps itself', async () => {
    const workflow = orderWorkflow(async (step) => ({ got: await step.run('try', () => busy) }), {
      returnedErrors: true,
    })
    expect(await createWorkflowKit().runToEnd(workflow)).toEqual({ type: 'completed', output: { got: busy } })
  })
})
