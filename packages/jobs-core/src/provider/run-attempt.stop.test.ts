import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createDeferred } from '../../test/kit/deferred.ts'
import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { LeaseLostError } from '../errors/lease-lost-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { defineEvents } from '../events/define-events.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { Definition } from '../jobs/definition.ts'
import { suspension } from '../runs/run-until-stopped.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const cancelled = new JobCancelledError({ jobId: 'job_1' })
const never = () => new Promise<never>(() => undefined)

/** Returns a handler that runs until the test ends it, and its arguments. */
function slowJob(options?: Parameters<typeof orderJob>[1]) {
  const begun = createDeferred<JobContext>()
  const ended = createDeferred<unknown>()
  const definition = orderJob((_event, context) => {
    begun.resolve(context)
    return ended.promise
  }, options)
  return { definition, begun: begun.promise, end: ended.resolve, fail: ended.reject }
}

describe('a timeout', () => {
  test('does not affect an attempt that ends in time, and leaves no timer', async () => {
    const { definition, begun, end } = slowJob({ timeout: '5s' })
    const outcome = kit.run(definition)
    const { signal } = await begun
    expect(kit.clock.pendingTimers()).toBe(1)
    end('done')
    expect(await outcome).toEqual({ type: 'completed', output: 'done' })
    expect(kit.clock.pendingTimers()).toBe(0)
    await kit.clock.advance(10_000)
    expect(signal.aborted).toBe(false)
  })

  test('fails the attempt even if the schema took the time', async () => {
    const validate = vi.fn<() => Promise<never>>(never)
    defineEvents({ 'slow.schema': { '~standard': { version: 1, vendor: 'test', validate } } })
    const handler = vi.fn<() => void>()
    const definition = defineJob({ id: 'slow-schema', event: 'slow.schema' as never, handler, timeout: 10 })
    const outcome = kit.run(definition as unknown as Definition, orderEnvelope({ event: 'slow.schema' }))
    await vi.waitFor(() => expect(validate).toHaveBeenCalled(), 60_000)
    await kit.clock.advance(10)
    expect(await outcome).toMatchObject({ type: 'retry', error: { code: 'job_timeout' } })
    expect(handler).not.toHaveBeenCalled()
  })
})

test.each([
  [
    'a lost lease',
    new LeaseLostError(),
    'The worker lost the lease of the run. Another worker took it over or ended it.',
  ],
  ['a shutdown', new ShutdownError(), 'The engine closed before the attempt ended. A durable engine runs it again.'],
])('an attempt that %s interrupts logs the reason, and promises nothing else', async (_name, reason, message) => {
  const outcome = kit.run(orderJob(() => never()))
  await kit.clock.advance(10)
  kit.controller.abort(reason)
  expect(await outcome).toEqual({ type: 'interrupted' })
  expect(kit.lines.filter(({ level }) => level === 'warn').map((line) => line.message)).toEqual([message])
})

describe.each([
  ['a cancel', cancelled, { type: 'cancelled' }],
  ['a cancel for any other reason', 'user left', { type: 'cancelled' }],
  ['a shutdown', new ShutdownError(), { type: 'interrupted' }],
  ['a suspension', suspension, { type: 'suspended' }],
])('%s', (_name, reason, ended) => {
  test('before the attempt ends it without any call', async () => {
    const [handler, onFailure] = [vi.fn<() => void>(), vi.fn<() => void>()]
    const hooks = { onAttemptStart: vi.fn<() => void>(), onAttemptEnd: vi.fn<() => void>() }
    kit.controller.abort(reason)
    expect(await kit.run(orderJob(handler, { onFailure }), orderEnvelope(), { hooks })).toEqual(ended)
    for (const one of [handler, onFailure, hooks.onAttemptStart, hooks.onAttemptEnd]) expect(one).not.toHaveBeenCalled()
  })

  test('while the handler blocks the process overrides its result', async () => {
    const definition = orderJob(() => {
      setImmediate(() => kit.controller.abort(reason))
      return 'done'
    })
    expect(await kit.run(definition)).toEqual(ended)
  })

  test('while a handler that throws blocks the process overrides its error', async () => {
    const definition = orderJob(() => {
      setImmediate(() => kit.controller.abort(reason))
      throw new Error('No.')
    })
    expect(await kit.run(definition)).toEqual(ended)
  })

  test('while the payload is parsed prevents the call of the handler', async () => {
    const reading = createDeferred<{ value: unknown }>()
    const validate = vi.fn<() => Promise<{ value: unknown }>>(() => reading.promise)
    defineEvents({ 'slow.read': { '~standard': { version: 1, vendor: 'test', validate } } })
    const handler = vi.fn<() => void>()
    const definition = defineJob({ id: 'slow-read', event: 'slow.read' as never, handler }) as unknown as Definition
    const outcome = kit.run(definition, orderEnvelope({ event: 'slow.read' }))
    await vi.waitFor(() => expect(validate).toHaveBeenCalled(), 60_000)
    kit.controller.abort(reason)
    expect(await outcome).toEqual(ended)
    reading.resolve({ value: {} })
    await kit.clock.advance(0)
    expect(handler).not.toHaveBeenCalled()
  })

  test('leaves no listener on the signal of the host', async () => {
    const remove = vi.spyOn(kit.controller.signal, 'removeEventListener')
    const add = vi.spyOn(kit.controller.signal, 'addEventListener')
    await kit.run(orderJob(() => undefined))
    await kit.run(
      orderJob(() => Promise.reject(new Error('No.')), { onFailure: () => undefined, retry: { maxAttempts: 1 } }),
    )
    expect(add.mock.calls.length).toBeGreaterThan(0)
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener))
  })
})

test.each([
  ['a turn later', (stop: () => void) => setImmediate(stop)],
  ['by the handler itself, before it returns', (stop: () => void) => stop()],
])('the host learns which handler still runs after a stop %s', async (_when, call) => {
  const left: Promise<unknown>[] = []
  const { promise, resolve } = createDeferred<string>()
  const definition = orderJob(() => {
    call(() => kit.controller.abort(cancelled))
    return promise
  })
  const outcome = await kit.run(definition, orderEnvelope(), { onLeftRunning: (handler) => left.push(handler) })
  expect(outcome).toEqual({ type: 'cancelled' })
  expect(left).toHaveLength(1)
  resolve('late')
  expect(await left[0]).toBe('late')
})

test('a suspension calls neither the hooks for an end nor `onFailure`, and ends the timeout', async () => {
  const [onFailure, onAttemptEnd, onRunEnd] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()]
  const { definition, begun } = slowJob({ timeout: '5s', retry: { maxAttempts: 1 }, onFailure })
  const outcome = kit.run(definition, orderEnvelope(), { hooks: { onAttemptEnd, onRunEnd } })
  await begun
  kit.controller.abort(suspension)
  expect(await outcome).toEqual({ type: 'suspended' })
  await kit.clock.advance(10_000)
  expect(kit.clock.pendingTimers()).toBe(0)
  for (const one of [onFailure, onAttemptEnd, onRunEnd]) expect(one).not.toHaveBeenCalled()
})
