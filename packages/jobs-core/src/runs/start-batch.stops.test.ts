import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { batchJob, type BatchHandler, type BatchKit, createBatchKit } from '../../test/kit/batch-kit.ts'
import { loadCatalogue } from '../events/catalogue/catalogue.ts'
import { defineEvents } from '../events/define-events.ts'
import { processEvents } from '../events/event-registry.ts'
import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import type { Outcome } from '../hooks/outcome.ts'

beforeAll(loadCatalogue) // so that a handler is called at once

let kit: BatchKit
beforeEach(() => {
  kit = createBatchKit()
})

const typesOf = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ type }) => type)

describe('stops', () => {
  const hanging =
    (signals: AbortSignal[]): BatchHandler =>
    (_events, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }

  test('a cancel of one event keeps the call running, and its result does not count for that event', async () => {
    let end = (): void => undefined
    const signals: AbortSignal[] = []
    const definition = batchJob(async (events, { signal }) => {
      signals.push(signal)
      await new Promise<void>((resolve) => (end = resolve))
      return events.map(({ id }) => id)
    })
    const outcomes = kit.run(definition, [{}, {}])
    kit.controllers[0]!.abort(new JobCancelledError({ jobId: 'job_1' }))
    await kit.clock.advance(10)
    expect(signals[0]!.aborted).toBe(false)
    end()
    expect(await outcomes).toEqual([{ type: 'cancelled' }, { type: 'completed', output: 'job_2' }])
  })

  test('the signal aborts when all events are cancelled', async () => {
    const signals: AbortSignal[] = []
    const outcomes = kit.run(batchJob(hanging(signals)), [{}, {}])
    for (const controller of kit.controllers) controller.abort(new JobCancelledError({ jobId: 'any' }))
    expect(await outcomes).toEqual([{ type: 'cancelled' }, { type: 'cancelled' }])
    expect(signals[0]!.reason).toMatchObject({ code: 'job_cancelled' })
    expect(kit.leftRunning).toHaveLength(1)
  })

  test('an event that was cancelled before is not passed to the handler', async () => {
    const got: string[] = []
    const signal = AbortSignal.abort(new JobCancelledError({ jobId: 'job_1' }))
    const outcomes = await kit.run(
      batchJob((events) => void got.push(...events.map(({ id }) => id))),
      [{ options: { signal } }, {}],
    )
    expect(typesOf(outcomes)).toEqual(['cancelled', 'completed'])
    expect(got).toEqual(['job_2'])
  })

  test('a closing engine interrupts all events', async () => {
    const outcomes = kit.run(batchJob(hanging([])), [{}, {}])
    for (const controller of kit.controllers) controller.abort(new ShutdownError())
    expect(typesOf(await outcomes)).toEqual(['interrupted', 'interrupted'])
  })

  test('the timeout fails all events, except those that failed before', async () => {
    const signals: AbortSignal[] = []
    const definition = batchJob(
      (events, context) => {
        context.fail(events[0]!, new NonRetryableError('Own'))
        return hanging(signals)(events, context)
      },
      { timeout: 500 },
    )
    const outcomes = kit.run(definition, [{}, {}])
    await kit.clock.advance(500)
    expect(await outcomes).toMatchObject([{ type: 'failed' }, { type: 'retry', error: { code: 'job_timeout' } }])
    expect(signals[0]!.reason).toMatchObject({ code: 'job_timeout' })
    expect(kit.leftRunning).toHaveLength(1)
  })

  test('the timeout does not call the handler while the schema of an event still runs', async () => {
    const validate = (payload: unknown) =>
      (payload as { orderId: string }).orderId === 'order_1' ? new Promise<never>(() => undefined) : { value: payload }
    processEvents().own.delete('looked.up')
    defineEvents({ 'looked.up': { '~standard': { version: 1, vendor: 'by hand', validate: validate as never } } })
    const handler = vi.fn<() => void>()
    const definition = batchJob(handler, { event: 'looked.up' as 'order.created', timeout: 500 })
    const late = { envelope: { event: 'looked.up' } }
    const outcomes = kit.run(definition, [late, late])
    await kit.clock.advance(500)
    expect(await outcomes).toMatchObject([
      { type: 'retry', error: { code: 'job_timeout' } },
      { type: 'retry', error: { code: 'job_timeout' } },
    ])
    expect(handler).not.toHaveBeenCalled()
  })

  test('a handler that stops its own batch may reject later', async () => {
    const definition = batchJob(() => {
      for (const controller of kit.controllers) controller.abort(new ShutdownError())
      return Promise.reject(new Error('Late'))
    })
    expect(typesOf(await kit.run(definition, [{}, {}]))).toEqual(['interrupted', 'interrupted'])
    expect(kit.leftRunning).toHaveLength(1)
    await new Promise((resolve) => setImmediate(resolve)) // an unhandled rejection would be reported by now
  })

  test('the end of a run by `runTimeout` does not stop the others', async () => {
    let end = (): void => undefined
    const definition = batchJob(() => new Promise<void>((resolve) => (end = resolve)), { runTimeout: '2s' })
    const sentAt = kit.clock.now()
    const outcomes = kit.run(definition, [{ envelope: { sentAt } }, { envelope: { sentAt: sentAt + 5000 } }])
    await kit.clock.advance(2000)
    end()
    expect(await outcomes).toMatchObject([{ type: 'failed', error: { code: 'run_timeout' } }, { type: 'completed' }])
  })
})
