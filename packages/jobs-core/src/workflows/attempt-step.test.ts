import { beforeEach, describe, expect, test } from 'vitest'

import { createManualClock, type ManualClock } from '../../test/kit/manual-clock.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { ClientClosedError } from '../errors/client-closed-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import { RequestFailedError } from '../errors/request-failed-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import { StoreError } from '../errors/store-error.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { bindLogger } from '../logging/logger.ts'
import { toRetryPolicy } from '../retry/retry-config.ts'
import { attemptStep, type StepAttemptOptions } from './attempt-step.ts'
import type { Work } from '../steps/step-call.ts'
import type { StepContext } from '../jobs/steps.ts'

let clock: ManualClock
let controller: AbortController
beforeEach(() => {
  clock = createManualClock()
  controller = new AbortController()
})

type StepOverrides = Partial<Work> & { readonly kind?: string }

function attempt(
  work: (context: StepContext) => unknown,
  overrides: StepOverrides = {},
  options: Partial<StepAttemptOptions> = {},
) {
  const policy = toRetryPolicy({ maxAttempts: 3, initialDelay: 100 })
  return attemptStep(
    { key: 'charge', work, policy, ...overrides },
    {
      replayToken: {},
      definitionId: 'fulfil-order',
      attempt: 1,
      idempotencyKey: 'run_1/charge',
      logger: bindLogger(createMemoryLogger().logger, {}),
      signal: controller.signal,
      clock,
      random: () => 0,
      limits: { provider: 'fake', minRetryDelayMs: 0 },
      ...options,
    },
  )
}
const throwing = (thrown: unknown) => () => {
  throw thrown
}

describe('an attempt of a step', () => {
  test('never rejects, whatever is thrown', async () => {
    expect(await attempt(throwing(undefined))).toMatchObject({ type: 'retry', error: { name: 'NonError' } })
    expect(await attempt(async () => Promise.reject(new Error('Later.')))).toMatchObject({ type: 'retry' })
  })
})

describe('a timeout', () => {
  test('leaves no timer after the attempt has ended', async () => {
    await attempt(() => 5, { timeoutMs: 500 })
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('an invalid result fails the step without a retry', () => {
  test('one over the limit of the engine, but not one at the limit', async () => {
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
  ])('fails without a retry if its send is rejected: $name', async (refusal) => {
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
    new StoreError({ path: 'jobs.db', problem: 'full', description: 'cannot grow', remedy: 'Free disk space.' }),
    new ClientClosedError({ operation: 'sendJob' }),
    new JobTimeoutError({ definitionId: 'x', timeoutMs: 5 }),
    new TypeError('fetch failed'),
  ])('is retried after a transient failure: $name', async (passing) => {
    for (const kind of ['sendEvent', 'runJob']) {
      expect(await attempt(throwing(passing), { kind })).toMatchObject({ type: 'retry', error: { name: passing.name } })
    }
  })

  test('retries other work, which may have failed because a server was unavailable', async () => {
    const refusal = new UnknownEventError({ event: 'order.crated' })
    expect(await attempt(throwing(refusal), { kind: 'run' })).toMatchObject({ type: 'retry' })
  })
})

test('a `backoff` function of a step chooses the delay', async () => {
  const policy = toRetryPolicy({
    backoff: (failed: number, { message }: Error) => (message === 'busy' ? failed * 700 : 1),
  })
  const outcome = await attempt(throwing(new Error('busy')), { policy }, { attempt: 2 })
  expect(outcome).toMatchObject({ type: 'retry', afterMs: 1400 })
})
