import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, fakeClient, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { toCronEnvelope } from '../jobs/cron-event.ts'
import type { TickHost } from '../runs/dispatch-tick.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const fail = (error: unknown) => () => {
  throw error
}

describe('the handler', () => {
  test('may copy its context and its logger', async () => {
    const handler = orderJob((_event, context) => {
      const { info } = { ...{ ...context }.logger }
      info('Taken.')
      return { aborted: { ...context }.signal.aborted, ids: [context.jobId, context.runId, context.tenantId] }
    })
    const output = { aborted: false, ids: ['job_1', 'run_1', 'acme'] }
    expect(await kit.run(handler)).toEqual({ type: 'completed', output })
    expect(kit.lines).toContainEqual(
      expect.objectContaining({ message: 'Taken.', fields: expect.objectContaining({ jobId: 'job_1' }) }),
    )
  })

  test('is called with its definition as `this`', async () => {
    let self: unknown
    const definition = defineJob({
      id: 'self',
      event: 'order.created',
      handler: function (this: unknown) {
        self = this
      },
    }) as unknown as Definition
    await kit.run(definition)
    expect(self).toBe(definition)
  })
})

describe('a failed attempt', () => {
  const error = new TypeError('The bank said no.')

  test("waits at least the engine's minimum, otherwise the computed delay", async () => {
    const limits = { provider: 'slow', minRetryDelayMs: 1500 }
    const run = (definition: Definition, attempt: number) => kit.run(definition, orderEnvelope(), { attempt, limits })
    expect(await run(orderJob(fail(error)), 1)).toMatchObject({ type: 'retry', afterMs: 1500 })
    expect(await run(orderJob(fail(error)), 2)).toMatchObject({ type: 'retry', afterMs: 2000 })
    expect(await run(orderJob(fail(new RetryAfterError('Busy.', 0))), 1)).toMatchObject({
      type: 'retry',
      afterMs: 1500,
    })
  })

  test("fails the run if its delay exceeds the engine's maximum", async () => {
    const limits = { provider: 'quick', minRetryDelayMs: 0, maxRetryDelayMs: 60_000 }
    const run = (after: number) =>
      kit.run(orderJob(fail(new RetryAfterError('Busy.', after))), orderEnvelope(), { limits })
    expect(await run(60_000)).toMatchObject({ type: 'retry', afterMs: 60_000 })
    expect(await run(60_001)).toMatchObject({
      type: 'failed',
      error: {
        code: 'unsupported_feature',
        message: expect.stringMatching(/`quick`.*60001 ms.*60000 ms/),
        cause: { name: 'RetryAfterError', message: 'Busy.' },
      },
    })
    const noted = { ...limits, maxRetryDelayNote: 'It has waited enough.' }
    const outcome = await kit.run(orderJob(fail(new RetryAfterError('Busy.', 60_001))), orderEnvelope(), {
      limits: noted,
    })
    expect(outcome).toMatchObject({ error: { message: expect.stringMatching(/60001 ms`\. It has waited enough\.$/) } })
  })
})

describe('an attempt after the last', () => {
  test('fails without running and calls `onFailure`', async () => {
    const [handler, onFailure] = [vi.fn<() => void>(), vi.fn<(error: Error) => void>()]
    const outcome = await kit.run(orderJob(handler, { onFailure }), orderEnvelope(), { attempt: 4 })
    expect(outcome).toMatchObject({
      type: 'failed',
      error: { code: 'attempts_exhausted', message: expect.stringContaining('All 3') },
    })
    expect(handler).not.toHaveBeenCalled()
    expect(onFailure).toHaveBeenCalledOnce()
    expect(onFailure.mock.calls[0]?.[0]).toMatchObject({ name: 'AttemptsExhaustedError' })
  })
})

test("an output over the engine's limit fails the run without a retry, with both sizes and a remedy", async () => {
  const limits = { provider: 'small', minRetryDelayMs: 0, maxOutputBytes: 12 }
  const run = (output: string) =>
    kit.run(
      orderJob(() => output),
      orderEnvelope(),
      { limits },
    )
  expect(await run('éééé!!')).toEqual({ type: 'completed', output: 'éééé!!' })
  expect(await run('éééé!!!')).toMatchObject({
    type: 'failed',
    error: {
      name: 'OutputTooLargeError',
      code: 'output_too_large',
      message:
        'The output of `process-order` has 13 bytes as JSON; the limit of the engine is 12. ' +
        'Store the data elsewhere and return its key.',
    },
  })
})

describe('an attempt of a cron job with tenants', () => {
  const tick = Date.parse('2026-03-01T09:00:00Z')
  const send = vi.fn<TickHost['send']>()
  const runTick = () => {
    const handler = () => expect.unreachable()
    const definition = defineCronJob({ id: 'report', schedule: '0 9 * * *', handler, tenants: () => ['acme'] })
    const envelope = toCronEnvelope(definition, { id: 'envelope_1', tick, tenantId: systemTenantId, now: tick + 5 })
    return kit.run(definition, envelope, {
      tickHost: () => ({ client: fakeClient(), now: tick, createId: () => 'envelope_2', send }),
    })
  }

  test('sends the jobs of its tick if the host has a `tickHost`, and is retried if that fails', async () => {
    expect(await runTick()).toEqual({ type: 'completed', output: { sent: 1, skipped: 0 } })
    expect(send).toHaveBeenCalledExactlyOnceWith([expect.objectContaining({ tenantId: 'acme' })])
    send.mockImplementationOnce(() => Promise.reject(new Error('No database.')))
    expect(await runTick()).toMatchObject({ type: 'retry', error: { message: 'No database.' } })
  })
})
