import { beforeEach, describe, expect, test } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { toCronEnvelope } from './cron-event.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import type { AttemptMiddleware } from './attempt-middleware.ts'

// Order, results, errors, steps, undos and async context are cases of the conformance suite.

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const runWith = (middleware: AttemptMiddleware[], handler: () => unknown, signal?: AbortSignal) =>
  kit.run(orderJob(handler), orderEnvelope(), { middleware, ...(signal && { signal }) })

describe('`next()`', () => {
  test('runs the code once: a second call rejects with a coded error, also when nobody awaits it', async () => {
    let calls = 0
    let second: unknown
    const twice: AttemptMiddleware = async (_attempt, next) => {
      const output = await next()
      void next()
      second = await next().catch((error: unknown) => error)
      return output
    }
    expect(await runWith([twice], () => ++calls)).toEqual({ type: 'completed', output: 1 })
    expect(second).toBeInstanceOf(InvalidOptionError)
    expect(second).toMatchObject({ code: 'invalid_option', message: expect.stringContaining('called `next()` twice') })
  })

  test('runs nothing after the middleware has ended', async () => {
    let late: (() => Promise<unknown>) | undefined
    const keeping: AttemptMiddleware = async (_attempt, next) => {
      late = next
      return 'early'
    }
    let calls = 0
    expect(await runWith([keeping], () => ++calls)).toEqual({ type: 'completed', output: 'early' })
    await expect(late!()).rejects.toMatchObject({ message: expect.stringContaining('after it had ended') })
    expect(calls).toBe(0)
  })

  test('rejects and runs nothing once the attempt was stopped', async () => {
    const controller = new AbortController()
    let reason: unknown
    const slow: AttemptMiddleware = async (_attempt, next) => {
      controller.abort(new Error('Stopped'))
      await next().catch((error: unknown) => (reason = error))
      return 'late'
    }
    let calls = 0
    expect(await runWith([slow], () => ++calls, controller.signal)).toEqual({ type: 'cancelled' })
    expect([calls, reason]).toEqual([0, controller.signal.reason])
  })
})

test('an attempt does not end before code that the middleware does not await', async () => {
  let end: () => void = () => undefined
  const order: string[] = []
  const impatient: AttemptMiddleware = async (_attempt, next) => {
    void next()
    throw new Error('Too slow')
  }
  const outcome = runWith([impatient], async () => {
    await new Promise<void>((resolve) => (end = resolve))
    order.push('handler')
    throw new Error('Nobody awaits this')
  }).finally(() => order.push('attempt'))
  await kit.clock.advance(10)
  end()
  expect(await outcome).toMatchObject({ type: 'retry', error: { message: 'Too slow' } })
  expect(order).toEqual(['handler', 'attempt'])
})

test('middleware that throws before it returns a promise fails the attempt', async () => {
  const broken: AttemptMiddleware = () => {
    throw new Error('No promise')
  }
  expect(await runWith([broken], () => undefined)).toMatchObject({ type: 'retry', error: { message: 'No promise' } })
})

test('what middleware is told cannot be changed for the others', async () => {
  const changing: AttemptMiddleware = async (attempt, next) => {
    Object.assign(attempt, { tenantId: 'other' })
    return next()
  }
  expect(await runWith([changing], () => undefined)).toMatchObject({ type: 'retry', error: { name: 'TypeError' } })
})

test('the fan-out of a tick is no code of the app and is not wrapped', async () => {
  const tick = 1_700_000_000_000
  const definition = defineCronJob({
    id: 'report',
    schedule: '* * * * *',
    tenants: () => ['acme'],
    middleware: [async () => 'wrapped'],
    handler: () => undefined,
  })
  const envelope = toCronEnvelope(definition, { id: 'job_1', tick, tenantId: systemTenantId, now: tick })
  const outcome = await kit.run(definition, envelope, {
    tickHost: () => ({ now: tick, createId: () => 'job_2', send: () => undefined }),
  })
  expect(outcome).toEqual({ type: 'completed', output: { sent: 1, skipped: [] } })
})
