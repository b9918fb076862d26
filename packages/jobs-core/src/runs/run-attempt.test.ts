import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const fail = (error: unknown) => () => {
  throw error
}

describe('the handler', () => {
  test('gets as many attempts as the envelope says, where it does', async () => {
    const seen: number[] = []
    const definition = orderJob((_event, { maxAttempts }) => void seen.push(maxAttempts), { retry: { maxAttempts: 5 } })
    await kit.run(definition, orderEnvelope({ maxAttempts: 2 }))
    expect(seen).toEqual([2])
  })

  test('is called with its definition as `this`, as a method of it would be', async () => {
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

describe('an attempt is completed', () => {
  test.each<[output: unknown, outcome: object]>([
    [undefined, { type: 'completed' }],
    [null, { type: 'completed', output: null }],
    [0, { type: 'completed', output: 0 }],
    ['', { type: 'completed', output: '' }],
    [
      { success: true, orderId: 'order_1' },
      { type: 'completed', output: { success: true, orderId: 'order_1' } },
    ],
    [[1, { a: undefined }], { type: 'completed', output: [1, {}] }],
    [new Date(0), { type: 'completed', output: '1970-01-01T00:00:00.000Z' }],
    [{ at: new Date(0) }, { type: 'completed', output: { at: '1970-01-01T00:00:00.000Z' } }],
  ])('with the output %o as JSON', async (output, outcome) => {
    expect(await kit.run(orderJob(() => output))).toStrictEqual(outcome)
    expect(await kit.run(orderJob(async () => output))).toStrictEqual(outcome)
  })

  test('with an output that is not the object the handler keeps', async () => {
    const kept = { list: [1] }
    const outcome = await kit.run(orderJob(() => kept))
    kept.list.push(2)
    expect(outcome).toEqual({ type: 'completed', output: { list: [1] } })
  })

  test.each<[output: unknown, path: string]>([
    [{ total: 10n }, 'output.total'],
    [[{ map: new Map() }], 'output[0].map'],
    [() => 1, 'output'],
    [{ n: Number.NaN }, 'output.n'],
  ])('never with %o, which is no JSON: it fails for good, naming %s', async (output, path) => {
    const handler = vi.fn<() => unknown>(() => output)
    const outcome = await kit.run(orderJob(handler))
    expect(outcome).toMatchObject({ type: 'failed', error: { name: 'NotSerializableError', code: 'not_serializable' } })
    expect(outcome).toHaveProperty('error.message', expect.stringContaining(`\`${path}\``))
  })
})

describe('a failed attempt', () => {
  const error = new TypeError('The bank said no.')

  test.each([
    ['fixed', [1000, 1000, 1000, 1000]],
    ['linear', [1000, 2000, 3000, 3500]],
    ['exponential', [1000, 2000, 3500, 3500]],
  ] as const)('is tried again after the delay of its policy: %s, %j', async (backoff, delays) => {
    const definition = orderJob(fail(error), { retry: { maxAttempts: 5, backoff, maxDelay: 3500 } })
    for (const [index, afterMs] of delays.entries()) {
      expect(await kit.run(definition, orderEnvelope(), { attempt: index + 1 })).toEqual({
        type: 'retry',
        afterMs,
        error: { name: 'TypeError', message: 'The bank said no.', stack: error.stack },
      })
    }
    expect(await kit.run(definition, orderEnvelope(), { attempt: 5 })).toMatchObject({
      type: 'failed',
      error: { name: 'TypeError' },
    })
  })

  test('is tried again sooner by jitter', async () => {
    const definition = orderJob(fail(error), { retry: { backoff: 'fixed', jitter: 0.5 } })
    expect(await kit.run(definition, orderEnvelope(), { random: () => 0.5 })).toMatchObject({
      type: 'retry',
      afterMs: 750,
    })
  })

  test('is the last where only one attempt is allowed, by the definition or by the send', async () => {
    expect(await kit.run(orderJob(fail(error), { retry: { maxAttempts: 1 } }))).toMatchObject({ type: 'failed' })
    expect(await kit.run(orderJob(fail(error)), orderEnvelope({ maxAttempts: 1 }))).toMatchObject({ type: 'failed' })
  })

  test.each([
    ['milliseconds', 90_000, 90_000],
    ['a duration', '5m', 300_000],
    ['nothing', 0, 0],
    ['a date', new Date('2026-03-01T12:02:00Z'), 120_000],
    ['a date that is past', new Date('2026-03-01T11:00:00Z'), 0],
  ] as const)('is tried again when it says: %s', async (_name, retryAfter, afterMs) => {
    const outcome = await kit.run(orderJob(fail(new RetryAfterError('Busy.', retryAfter))))
    expect(outcome).toMatchObject({ type: 'retry', afterMs, error: { name: 'RetryAfterError', message: 'Busy.' } })
  })

  test('waits at least as long as the engine can, and no longer than asked otherwise', async () => {
    const limits = { provider: 'slow', minRetryDelayMs: 1500 }
    const run = (definition: Definition, attempt: number) => kit.run(definition, orderEnvelope(), { attempt, limits })
    expect(await run(orderJob(fail(error)), 1)).toMatchObject({ type: 'retry', afterMs: 1500 })
    expect(await run(orderJob(fail(error)), 2)).toMatchObject({ type: 'retry', afterMs: 2000 })
    expect(await run(orderJob(fail(new RetryAfterError('Busy.', 0))), 1)).toMatchObject({
      type: 'retry',
      afterMs: 1500,
    })
  })

  test('fails for good when it asks for a longer delay than the engine can keep', async () => {
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

  class CardDeclinedError extends NonRetryableError {
    override readonly name = 'CardDeclinedError'
    override readonly code = 'card_declined'
  }

  test.each([
    [new NonRetryableError('Gone.'), { name: 'NonRetryableError', code: 'non_retryable', message: 'Gone.' }],
    [
      new CardDeclinedError('No.', { cause: error }),
      { name: 'CardDeclinedError', code: 'card_declined', cause: { name: 'TypeError' } },
    ],
  ])('ends the run at once by %o', async (thrown, told) => {
    expect(await kit.run(orderJob(fail(thrown)))).toMatchObject({ type: 'failed', error: told })
  })
})

describe('an attempt past the last', () => {
  test('fails without another try, and tells `onFailure`', async () => {
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
