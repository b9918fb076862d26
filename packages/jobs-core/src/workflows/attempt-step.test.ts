import { beforeEach, describe, expect, test } from 'vitest'

import { createManualClock, type ManualClock } from '../../test/kit/manual-clock.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import { RequestFailedError } from '../errors/request-failed-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import { StoreError } from '../errors/store-error.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { bindLogger } from '../logging/logger.ts'
import { toRetryPolicy } from '../retry/retry-config.ts'
import { attemptStep, type StepAttempt, type StepOutcome } from './attempt-step.ts'
import type { Work } from './step-call.ts'
import type { StepContext } from './steps.ts'

let clock: ManualClock
let controller: AbortController
beforeEach(() => {
  clock = createManualClock()
  controller = new AbortController()
})

type Asked = Partial<Work> & { readonly kind?: string }

function attempt(work: (context: StepContext) => unknown, asked: Asked = {}, made: Partial<StepAttempt> = {}) {
  const policy = toRetryPolicy({ maxAttempts: 3, initialDelay: 100 })
  return attemptStep(
    { key: 'charge', work, policy, ...asked },
    {
      run: {},
      definitionId: 'fulfil-order',
      attempt: 1,
      idempotencyKey: 'run_1/charge',
      logger: bindLogger(createMemoryLogger().logger, {}),
      signal: controller.signal,
      clock,
      random: () => 0,
      ...made,
    },
  )
}
const throwing = (thrown: unknown) => () => {
  throw thrown
}

describe('an attempt of a step', () => {
  test('tells its work which attempt it is, and by which key', async () => {
    let seen: StepContext | undefined
    await attempt((context) => void (seen = context), {}, { attempt: 2 })
    expect(seen).toMatchObject({ attempt: 2, maxAttempts: 3, idempotencyKey: 'run_1/charge' })
    expect(seen?.signal).toBe(controller.signal)
  })

  test.each<[words: string, returned: unknown, outcome: StepOutcome]>([
    ['nothing', undefined, { type: 'completed' }],
    ['null', null, { type: 'completed', output: null }],
    ['a date as text', { at: new Date(0) }, { type: 'completed', output: { at: '1970-01-01T00:00:00.000Z' } }],
    ['a promise’s value', Promise.resolve([1]), { type: 'completed', output: [1] }],
  ])('that completes answers as JSON: %s', async (_words, returned, outcome) => {
    expect(await attempt(() => returned)).toEqual(outcome)
  })

  test('answers a copy: what the work still changes is not in it', async () => {
    const returned = { paid: 1 }
    const outcome = attempt(() => returned)
    await clock.advance(0)
    returned.paid = 2
    expect(await outcome).toEqual({ type: 'completed', output: { paid: 1 } })
  })

  test('that throws is tried again as its policy says, and has failed after the last', async () => {
    const broke = throwing(new Error('Broke.'))
    expect(await attempt(broke)).toMatchObject({ type: 'retry', afterMs: 100, error: { message: 'Broke.' } })
    expect(await attempt(broke, {}, { attempt: 2 })).toMatchObject({ type: 'retry', afterMs: 200 })
    expect(await attempt(broke, {}, { attempt: 3 })).toMatchObject({ type: 'failed', error: { message: 'Broke.' } })
  })

  test('never rejects, whatever is thrown', async () => {
    expect(await attempt(throwing(undefined))).toMatchObject({ type: 'retry', error: { name: 'NonError' } })
    expect(await attempt(async () => Promise.reject(new Error('Later.')))).toMatchObject({ type: 'retry' })
  })

  test('has failed at once with a NonRetryableError, and waits as long as a RetryAfterError says', async () => {
    expect(await attempt(throwing(new NonRetryableError('Refused.')))).toMatchObject({ type: 'failed' })
    expect(await attempt(throwing(new RetryAfterError('Busy.', 5000)))).toMatchObject({ type: 'retry', afterMs: 5000 })
  })
})

describe('a timeout', () => {
  test('ends an attempt that takes longer, aborts its signal, and is tried again', async () => {
    let seen: AbortSignal | undefined
    const outcome = attempt(
      ({ signal }) => {
        seen = signal
        return new Promise(() => undefined)
      },
      { timeoutMs: 500 },
    )
    await clock.advance(499)
    expect(seen?.aborted).toBe(false)
    await clock.advance(1)
    expect(seen?.reason).toBeInstanceOf(JobTimeoutError)
    expect(await outcome).toMatchObject({
      type: 'retry',
      error: { code: 'job_timeout', message: expect.stringMatching(/`fulfil-order\/charge`.*500 ms/) },
    })
  })

  test('is set no more once the attempt has ended', async () => {
    await attempt(() => 5, { timeoutMs: 500 })
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('a result that cannot be kept fails the step at once', () => {
  test.each<[words: string, returned: unknown]>([
    ['a BigInt', 5n],
    ['a function', () => undefined],
    ['a map', { map: new Map() }],
  ])('%s, which JSON does not carry', async (_words, returned) => {
    expect(await attempt(() => returned)).toMatchObject({
      type: 'failed',
      error: { code: 'not_serializable' },
    })
  })

  test('one that is larger than the engine takes, and none that is just as large', async () => {
    const limits = { provider: 'test', minRetryDelayMs: 0, maxOutputBytes: 5 }
    expect(await attempt(() => 'abc', {}, { limits })).toEqual({ type: 'completed', output: 'abc' })
    expect(await attempt(() => 'abcd', {}, { limits })).toMatchObject({
      type: 'failed',
      error: { code: 'output_too_large', message: expect.stringContaining('`fulfil-order/charge`') },
    })
  })
})

describe('a step that sends', () => {
  test.each([
    new PayloadInvalidError({ event: 'order.created', issues: [{ message: 'Required', path: 'orderId' }] }),
    new UnknownEventError({ event: 'order.crated' }),
  ])('has failed at once where its send is refused: $name', async (refusal) => {
    for (const kind of ['sendEvent', 'runJob']) {
      expect(await attempt(throwing(refusal), { kind })).toMatchObject({
        type: 'failed',
        error: { code: refusal.code },
      })
    }
  })

  test.each([
    new SendFailedError({ event: 'order.created', provider: 'test', problem: 'it was away', accepted: 'no' }),
    new RequestFailedError({ provider: 'test', operation: 'send', problem: 'it was away' }),
    new StoreError({ path: 'jobs.db', problem: 'full', says: 'cannot grow', remedy: 'Make room.' }),
    new ClientClosedError({ operation: 'sendJob' }),
    new JobTimeoutError({ definitionId: 'x', timeoutMs: 5 }),
    new TypeError('fetch failed'),
  ])('is tried again where another try may mend it: $name', async (passing) => {
    for (const kind of ['sendEvent', 'runJob']) {
      expect(await attempt(throwing(passing), { kind })).toMatchObject({ type: 'retry', error: { name: passing.name } })
    }
  })

  test('differs from plain work, which may have been refused by a server that was away', async () => {
    const refusal = new UnknownEventError({ event: 'order.crated' })
    expect(await attempt(throwing(refusal), { kind: 'run' })).toMatchObject({ type: 'retry' })
  })
})
