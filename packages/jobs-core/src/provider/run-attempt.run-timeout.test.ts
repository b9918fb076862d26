import { describe, expect, test, vi } from 'vitest'

import { createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { createDeferred } from '../../test/kit/deferred.ts'
import { createWorkflowKit, orderWorkflow } from '../../test/kit/workflow-kit.ts'
import { RunTimeoutError } from '../errors/run-timeout-error.ts'
import type { JobContext } from '../jobs/job-context.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'

// The kit's envelopes were sent a minute ago.
const runTimeout = '90s'

function ignoringSignal(begun: { resolve(value: void): void }): Promise<never> {
  begun.resolve()
  return new Promise(() => undefined)
}

describe('the `runTimeout` of a job', () => {
  test('counts from the send, and stops a handler that ignores its signal', async () => {
    const kit = createAttemptKit()
    const onFailure = vi.fn<(error: Error) => void>()
    const begun = createDeferred<JobContext>()
    const definition = orderJob(
      (_event, context) => {
        begun.resolve(context)
        return new Promise(() => undefined)
      },
      { runTimeout, onFailure },
    )
    const outcome = kit.run(definition)
    const { signal } = await begun.promise
    await kit.clock.advance(29_999)
    expect(signal.aborted).toBe(false)
    await kit.clock.advance(1)
    expect(signal.reason).toBeInstanceOf(RunTimeoutError)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(expect.any(RunTimeoutError), expect.anything(), expect.anything())
    expect(kit.clock.pendingTimers()).toBe(0)
  })

  test('stops an attempt whose `timeout` ends later', async () => {
    const kit = createAttemptKit()
    const outcome = kit.run(orderJob(() => new Promise(() => undefined), { runTimeout, timeout: '10m' }))
    await kit.clock.advance(30_000)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
  })

  test('counts from `runAt` and from a retry', async () => {
    const kit = createAttemptKit()
    const definition = orderJob(() => 'done', { runTimeout })
    const sentAt = 0
    const late = orderEnvelope({ sentAt })
    expect(await kit.run(definition, late)).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect(await kit.run(definition, { ...late, runAt: kit.clock.now() })).toMatchObject({ type: 'completed' })
    expect(await kit.run(definition, late, { retriedAt: kit.clock.now() })).toMatchObject({ type: 'completed' })
  })

  test('fails an attempt that begins after it, without a call of the handler', async () => {
    const kit = createAttemptKit()
    const handler = vi.fn<() => void>()
    const onFailure = vi.fn<(error: Error) => void>()
    const outcome = await kit.run(orderJob(handler, { runTimeout: '1m', onFailure }))
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect(handler).not.toHaveBeenCalled()
    expect(onFailure).toHaveBeenCalledTimes(1)
  })

  test.each([
    [29_999, { type: 'retry', afterMs: 29_999 }],
    [30_000, { type: 'failed', error: { code: 'run_timeout', cause: { message: 'busy' } } }],
  ])('fails a run at once if its next attempt would not begin before it: after %i ms', async (afterMs, expected) => {
    const kit = createAttemptKit()
    const onFailure = vi.fn<(error: Error) => void>()
    const handler = () => {
      throw new RetryAfterError('busy', afterMs)
    }
    expect(await kit.run(orderJob(handler, { runTimeout, onFailure }))).toMatchObject(expected)
    expect(onFailure.mock.calls.map(([error]) => (error as RunTimeoutError).code)).toEqual(
      expected.type === 'failed' ? ['run_timeout'] : [],
    )
  })

  test('leaves an attempt its own shorter `timeout`', async () => {
    const kit = createAttemptKit()
    const begun = createDeferred()
    const outcome = kit.run(orderJob(() => ignoringSignal(begun), { runTimeout, timeout: '5s' }))
    await begun.promise
    await kit.clock.advance(5000)
    expect(await outcome).toMatchObject({ type: 'retry', error: { code: 'job_timeout' } })
  })

  test('does not limit `onFailure`', async () => {
    const kit = createAttemptKit()
    let isAborted: boolean | undefined
    const reported = createDeferred()
    const onFailure = async (_error: Error, _event: unknown, { signal }: JobContext) => {
      reported.resolve()
      await new Promise<void>((resolve) => void kit.clock.setTimer(60_000, resolve))
      isAborted = signal.aborted
    }
    const begun = createDeferred()
    const outcome = kit.run(orderJob(() => ignoringSignal(begun), { runTimeout, onFailure }))
    await begun.promise
    await kit.clock.advance(30_000)
    await reported.promise
    await kit.clock.advance(60_000)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect(isAborted).toBe(false)
  })
})

describe('the `runTimeout` of a workflow', () => {
  test('ends its waits, and not its compensations', async () => {
    const kit = createWorkflowKit()
    const onFailure = vi.fn<(error: Error) => void>()
    let refunds = 0
    const refund = async () => {
      refunds++
      if (refunds < 3) throw new Error('busy')
    }
    const workflow = orderWorkflow(
      async (step) => {
        await step.run('charge', () => 1, { compensate: refund, retry: { initialDelay: '1h', maxDelay: '1h' } })
        await step.sleep('nap', '1d')
      },
      { runTimeout, onFailure },
    )
    const started = await kit.replay(workflow)
    expect(started).toEqual({ type: 'suspended', wakeAt: orderEnvelope().sentAt + 90_000 })
    await kit.clock.advance(30_000)
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect([refunds, kit.step('nap')?.state]).toEqual([3, 'cancelled'])
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(expect.any(RunTimeoutError), expect.anything(), expect.anything())
  })

  test('stops a running step that ignores its signal, and the code cannot catch it', async () => {
    const kit = createWorkflowKit()
    const next = vi.fn<() => void>()
    const begun = createDeferred()
    const workflow = orderWorkflow(
      async (step) => {
        await step.run('charge', () => ignoringSignal(begun)).catch(() => undefined)
        await step.run('next', next)
      },
      { runTimeout },
    )
    const outcome = kit.replay(workflow)
    await begun.promise
    await kit.clock.advance(30_000)
    expect(await outcome).toMatchObject({ type: 'failed', error: { code: 'run_timeout' } })
    expect(kit.step('charge')).toMatchObject({ state: 'failed', error: { code: 'run_timeout' } })
    expect(next).not.toHaveBeenCalled()
    expect(kit.clock.pendingTimers()).toBe(0)
  })

  test('leaves no timer behind when the run is cancelled', async () => {
    const kit = createWorkflowKit()
    const begun = createDeferred()
    const workflow = orderWorkflow((step) => step.run('charge', () => ignoringSignal(begun)), { runTimeout })
    const outcome = kit.replay(workflow)
    await begun.promise
    kit.controller.abort(new Error('cancelled'))
    expect(await outcome).toMatchObject({ type: 'cancelled' })
    expect(kit.clock.pendingTimers()).toBe(0)
  })
})
