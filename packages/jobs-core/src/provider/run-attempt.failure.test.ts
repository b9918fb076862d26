import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createDeferred } from '../../test/kit/deferred.ts'
import { cyclicError, errorLike, frozenError, revokedProxy, unreadableError } from '../../test/kit/unusual-errors.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'

type OnFailure = (error: Error, event: EventMessage<'order.created'>, context: JobContext) => unknown

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const failing = (thrown: unknown, options?: Parameters<typeof orderJob>[1]) =>
  orderJob(() => {
    throw thrown
  }, options)

describe('a thrown value', () => {
  const thrownValues: [name: string, thrown: unknown, expected: object][] = [
    ['a string', 'no luck', { name: 'NonError', message: '"no luck" was thrown, not an Error' }],
    ['a symbol', Symbol('x'), { name: 'NonError' }],
    [
      'an error with itself as the cause',
      cyclicError,
      { message: 'Round and round.', cause: { message: 'Round and round.' } },
    ],
    ['a frozen error', frozenError, { name: 'RangeError', message: 'Frozen.' }],
    ['an error that cannot be read', unreadableError, { name: 'Error' }],
    ['an error of another realm', errorLike, errorLike],
    ['a revoked proxy', revokedProxy, { name: 'NonError' }],
  ]

  test.each(thrownValues)('reaches `onFailure` as an `Error`: %s', async (_name, thrown, error) => {
    const onFailure = vi.fn<OnFailure>()
    expect(await kit.run(failing(thrown, { onFailure, retry: { maxAttempts: 1 } }))).toMatchObject({
      type: 'failed',
      error,
    })
    expect(onFailure).toHaveBeenCalledOnce()
    const [given] = onFailure.mock.calls[0]!
    expect(given).toBeInstanceOf(Error)
    expect(given === thrown || given.cause === thrown).toBe(true)
  })
})

test('a thrown revoked proxy is retried like an error', async () => {
  const outcome = await kit.run(failing(revokedProxy, { retry: { maxAttempts: 2 } }))
  expect(outcome).toMatchObject({ type: 'retry', error: { name: 'NonError' } })
})

describe('a `backoff` function', () => {
  const error = new Error('busy')
  const limits = { provider: 'slow', minRetryDelayMs: 1000, maxRetryDelayMs: 60_000 }
  const failAfter = (backoff: () => unknown, onFailure?: OnFailure) =>
    kit.run(failing(error, { retry: { backoff: backoff as () => number }, onFailure }), orderEnvelope(), { limits })

  test('chooses the delay, within the limits of the engine', async () => {
    expect(await failAfter(() => '5s')).toMatchObject({ type: 'retry', afterMs: 5000 })
    expect(await failAfter(() => 1)).toMatchObject({ type: 'retry', afterMs: 1000 })
    const tooLong = { code: 'unsupported_feature', message: expect.stringContaining('a retry after 60001 ms') }
    expect(await failAfter(() => 60_001)).toMatchObject({ type: 'failed', error: tooLong })
  })

  test.each([
    ['returns no delay', () => Number.NaN, 'returned a value that is not a duration: `NaN`'],
    [
      'throws',
      () => {
        throw new Error('oops')
      },
      'threw an error: oops',
    ],
  ])('that %s fails the run, and `onFailure` gets the error of the attempt', async (_what, backoff, problem) => {
    const onFailure = vi.fn<OnFailure>()
    expect(await failAfter(backoff, onFailure)).toMatchObject({
      type: 'failed',
      error: { code: 'invalid_option', message: expect.stringContaining(problem), cause: { message: 'busy' } },
    })
    expect(onFailure.mock.calls[0]?.[0]).toBe(error)
  })

  test('is not called for an error that chooses the delay, and not after the last attempt', async () => {
    const backoff = vi.fn<() => number>(() => 1)
    await kit.run(failing(new RetryAfterError('later', '5s'), { retry: { backoff } }))
    await kit.run(failing(error, { retry: { backoff } }), orderEnvelope(), { attempt: 3 })
    expect(backoff).not.toHaveBeenCalled()
  })
})

describe('onFailure', () => {
  const error = new Error('The bank said no.')

  test('gets the raw payload if it does not match the schema', async () => {
    const onFailure = vi.fn<OnFailure>()
    const payload = { tenantId: 'acme', orderId: 5 }
    await kit.run(
      orderJob(() => undefined, { onFailure }),
      orderEnvelope({ payload }),
    )
    expect(onFailure.mock.calls[0]?.[0]).toMatchObject({ name: 'PayloadInvalidError' })
    expect(onFailure.mock.calls[0]?.[1].payload).toEqual(payload)
  })

  test('is logged if it rejects, and the run fails with its own error', async () => {
    const onFailure = () => Promise.reject(new Error('The mail server is down.'))
    const outcome = await kit.run(failing(error, { onFailure, retry: { maxAttempts: 1 } }))
    expect(outcome).toMatchObject({ type: 'failed', error: { message: 'The bank said no.' } })
    expect(kit.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('onFailure'),
        fields: expect.objectContaining({ error: expect.objectContaining({ message: 'The mail server is down.' }) }),
      }),
    )
  })

  test('is stopped by the timeout, with its signal aborted', async () => {
    const begun = createDeferred<AbortSignal>()
    const onFailure: OnFailure = (_error, _event, { signal }) => {
      begun.resolve(signal)
      return new Promise(() => undefined)
    }
    const outcome = kit.run(failing(error, { onFailure, timeout: '5s', retry: { maxAttempts: 1 } }))
    const signal = await begun.promise
    await kit.clock.advance(5000)
    expect(signal.reason).toMatchObject({ code: 'job_timeout' })
    expect(await outcome).toMatchObject({ type: 'failed', error: { message: 'The bank said no.' } })
    expect(kit.clock.pendingTimers()).toBe(0)
  })

  test('has its own timeout after an attempt that timed out', async () => {
    const begun = createDeferred<AbortSignal>()
    const onFailure: OnFailure = (_error, _event, { signal }) => {
      begun.resolve(signal)
      return new Promise((resolve) => void kit.clock.setTimer(4000, () => resolve(undefined)))
    }
    const definition = orderJob(() => new Promise(() => undefined), {
      onFailure,
      timeout: '5s',
      retry: { maxAttempts: 1 },
    })
    const outcome = kit.run(definition)
    await kit.clock.advance(5000)
    const signal = await begun.promise
    await kit.clock.advance(4000)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'job_timeout' } })
    expect(signal.aborted).toBe(false)
  })
})
