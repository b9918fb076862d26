import { beforeEach, describe, expect, test } from 'vitest'

import { type AttemptKit, createAttemptKit, fakeClient, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { toCronEnvelope } from '../jobs/cron-event.ts'
import { createClient } from '../client/create-client.ts'
import { defineJob } from '../jobs/define-job.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { AttemptMiddleware } from './attempt-middleware.ts'

// Order, results, errors, steps, compensations and async context are cases of the conformance suite.

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const runWith = (middleware: AttemptMiddleware[], handler: () => unknown, signal?: AbortSignal) =>
  kit.run(orderJob(handler), orderEnvelope(), { middleware, ...(signal && { signal }) })

describe('`next()`', () => {
  test('runs nothing after the middleware has returned', async () => {
    let late: (() => Promise<unknown>) | undefined
    const keeping: AttemptMiddleware = async (_attempt, next) => {
      late = next
      return 'early'
    }
    let calls = 0
    expect(await runWith([keeping], () => ++calls)).toEqual({ type: 'completed', output: 'early' })
    await expect(late!()).rejects.toMatchObject({ message: expect.stringContaining('after it had returned') })
    expect(calls).toBe(0)
  })
})

test('an attempt waits for code that the middleware does not await', async () => {
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

test('a synchronous throw of middleware fails the attempt', async () => {
  const broken: AttemptMiddleware = () => {
    throw new Error('No promise')
  }
  expect(await runWith([broken], () => undefined)).toMatchObject({ type: 'retry', error: { message: 'No promise' } })
})

test('middleware cannot change the attempt for other middleware', async () => {
  const changing: AttemptMiddleware = async (attempt, next) => {
    Object.assign(attempt, { tenantId: 'other' })
    return next()
  }
  expect(await runWith([changing], () => undefined)).toMatchObject({ type: 'retry', error: { name: 'TypeError' } })
})

test('middleware does not wrap the fan-out of a tick', async () => {
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
    tickHost: () => ({ client: fakeClient(), now: tick, createId: () => 'job_2', send: () => undefined }),
  })
  expect(outcome).toEqual({ type: 'completed', output: { sent: 1, skipped: 0 } })
})

test.each<[middleware: unknown, problem: string]>([
  [() => undefined, 'is a function, not an array'],
  [{}, 'is an object, not an array'],
  [null, 'is null, not an array'],
  [[async () => 1, 'second'], 'contains a string at index 1'],
])('clients and definitions reject %o', (middleware, problem) => {
  const given = middleware as never
  const message = expect.stringContaining(`\`middleware\` ${problem}. Pass an array of functions`)
  expect(() => createClient({ load: () => ({}) as never }, { middleware: given })).toThrow(
    expect.objectContaining({ code: 'invalid_option', message }),
  )
  expect(() =>
    defineJob({ id: 'wrapped', event: 'order.created', middleware: given, handler: () => undefined }),
  ).toThrow(expect.objectContaining({ code: 'invalid_definition', message }))
})

test('a definition stores a frozen copy', () => {
  const middleware = [async () => 1]
  const definition = defineJob({ id: 'wrapped', event: 'order.created', middleware, handler: () => undefined })
  middleware.pop()
  expect(definition.middleware).toHaveLength(1)
  expect(Object.isFrozen(definition.middleware)).toBe(true)
})
