import { beforeEach, describe, expect, test } from 'vitest'

import {
  type AttemptKit,
  type AttemptSetting,
  createAttemptKit,
  orderEnvelope,
  type OrderHandler,
  orderJob,
} from '../../test/kit/attempt-kit.ts'
import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import type { JobHooks } from '../hooks/hooks.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

/** Returns hooks that record their calls. */
function recordingHooks(order: string[] = []) {
  const calls: { name: string; info: unknown }[] = []
  const record = (name: string) => (info: unknown) => {
    order.push(name)
    calls.push({ name, info })
  }
  const hooks: JobHooks = { onAttemptStart: record('start'), onAttemptEnd: record('end'), onRunEnd: record('run end') }
  return { hooks, calls }
}

/** Runs an attempt of a job with this handler. */
const run = (handler: OrderHandler, more: AttemptSetting) => kit.run(orderJob(handler), orderEnvelope(), more)

const info = {
  definitionId: 'process-order',
  event: 'order.created',
  jobId: 'job_1',
  runId: 'run_1',
  attempt: 1,
  maxAttempts: 3,
  tenantId: 'acme',
}

describe('hooks are called', () => {
  test('around the handler: at the start and the end of an attempt, and at the end of the run', async () => {
    const order: string[] = []
    const { hooks, calls } = recordingHooks(order)
    const definition = orderJob(async () => {
      order.push('handler')
      await kit.clock.advance(250)
      return { ok: true }
    })
    const outcome = await kit.run(definition, orderEnvelope(), { hooks })
    expect(order).toEqual(['start', 'handler', 'end', 'run end'])
    expect(calls).toEqual([
      { name: 'start', info },
      { name: 'end', info: { ...info, outcome, durationMs: 250 } },
      { name: 'run end', info: { ...info, outcome } },
    ])
    expect(outcome).toEqual({ type: 'completed', output: { ok: true } })
    expect(kit.lines.map(({ level }) => level)).toEqual(['debug', 'debug'])
  })

  test('with the trace of the sender, if the event has one', async () => {
    const { hooks, calls } = recordingHooks()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await kit.run(
      orderJob(() => undefined),
      orderEnvelope({ traceparent }),
      { hooks },
    )
    expect(calls.map((call) => call.info)).toEqual([1, 2, 3].map(() => expect.objectContaining({ traceparent })))
  })

  test.each([
    ['cancelled', new JobCancelledError({ jobId: 'job_1' }), ['start', 'end', 'run end']],
    ['interrupted', new ShutdownError(), ['start', 'end']],
  ])('for an attempt that is %s', async (type, reason, names) => {
    const { hooks, calls } = recordingHooks()
    const outcome = run(() => new Promise(() => undefined), { hooks })
    await kit.clock.advance(0)
    kit.controller.abort(reason)
    await outcome
    expect(calls.map(({ name }) => name)).toEqual(names)
    expect(calls[1]?.info).toMatchObject({ outcome: { type } })
  })

  test('as methods of their object', async () => {
    class Counter implements JobHooks {
      count = 0
      onRunEnd(): void {
        this.count += 1
      }
    }
    const counter = new Counter()
    await run(() => undefined, { hooks: counter })
    expect(counter.count).toBe(1)
  })
})

describe('a failing hook does not affect the job', () => {
  const all = (hook: () => unknown): JobHooks => ({ onAttemptStart: hook, onAttemptEnd: hook, onRunEnd: hook })

  test.each([
    [
      'throw',
      () => {
        throw new Error('No dashboard.')
      },
    ],
    ['reject', () => Promise.reject(new Error('No dashboard.'))],
    [
      'reject in a promise of their own kind',
      () => ({ then: (_done: unknown, failed: (error: Error) => void) => failed(new Error('No dashboard.')) }),
    ],
  ])('when they %s, and is logged', async (_name, hook) => {
    const outcome = await run(() => 'done', { hooks: all(hook) })
    expect(outcome).toEqual({ type: 'completed', output: 'done' })
    await kit.clock.yield()
    const logged = kit.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
    expect(logged).toHaveLength(3)
    for (const name of ['onAttemptStart', 'onAttemptEnd', 'onRunEnd'])
      expect(logged).toContainEqual(expect.stringContaining(name))
  })

  test('even if the logger throws too', async () => {
    const broken = (): never => {
      throw new Error('The disk is full.')
    }
    const logger = { debug: broken, info: broken, warn: broken, error: broken, child: broken }
    const outcome = await run((_event, context) => context.logger.info('Line.'), { hooks: all(broken), logger })
    expect(outcome).toEqual({ type: 'completed' })
  })
})

describe('the log of an attempt', () => {
  test.each<[level: string, handler: () => unknown, message: RegExp]>([
    ['debug', () => undefined, /completed/],
    ['warn', () => Promise.reject(new Error('No.')), /will be retried/],
    ['error', () => Promise.reject(new Error('No.')), /failed/],
  ])('reports its outcome at level %s', async (level, handler, message) => {
    await kit.run(orderJob(handler), orderEnvelope(), { attempt: level === 'error' ? 3 : 1 })
    expect(kit.lines.at(-1)).toMatchObject({ level, message: expect.stringMatching(message) })
  })
})
