import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createDeferred } from '../../test/kit/deferred.ts'
import { completedStep, createWorkflowKit, orderWorkflow, type WorkflowKit } from '../../test/kit/workflow-kit.ts'
import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { resolveEventWait } from './resolve-waits.ts'
import { createRecordedStepEngine } from './recorded-step-engine.ts'
import type { StepRecordStore } from '../steps/step-record-store.ts'
import { createWorkflowRecord, type StepRecord } from '../steps/workflow-record.ts'

let kit: WorkflowKit
let done: string[]
beforeEach(() => {
  kit = createWorkflowKit()
  done = []
})

const note = (what: string) => () => void done.push(what)
const payload = { tenantId: 'acme', orderId: 'order_1' }

/** A store in the process of the code. Resolving a wait changes the record that the code uses. */
function liveStore(save: StepRecordStore['save'] = () => undefined) {
  const record = createWorkflowRecord('run_1', undefined)
  const listeners = new Set<(step: StepRecord) => void>()
  const records: StepRecordStore = {
    record,
    save,
    onWaitResolved: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    steps: createRecordedStepEngine(records),
    record,
    listeners,
    answer(key: string): boolean {
      const step = record.steps.find((each) => each.key === key)!
      const now = kit.clock.now()
      const isAnswered = resolveEventWait(record, step, { id: 'e', event: 'order.refunded', payload, sentAt: now }, now)
      for (const listener of listeners) listener(step)
      return isAnswered
    },
  }
}

test('a result of a wait that the code began first comes without a pause, once the code has passed the later steps', async () => {
  kit.record.steps.push(
    completedStep('charge', 1),
    completedStep('ship', 2),
    completedStep('refunded', 3, { kind: 'waitForEvent', output: { id: 'e', payload, sentAt: 1 } }),
  )
  kit.record.ended = 3
  const workflow = orderWorkflow(async (step) => {
    const refunded = step.waitForEvent('refunded', 'order.refunded', { timeout: '1h' })
    await step.run('charge', note('never'))
    await step.run('ship', note('never'))
    return (await refunded)?.id
  })
  const beganAt = kit.clock.now()
  await expect(kit.replay(workflow)).resolves.toEqual({ type: 'completed', output: 'e' })
  expect([kit.clock.now() - beganAt, done]).toEqual([0, []])
})

describe('a wait that is resolved while the code runs', () => {
  test('continues immediately, in parallel with a running step', async () => {
    const charged = createDeferred()
    const workflow = orderWorkflow((step) =>
      Promise.all([
        step.run('charge', () => charged.promise).then(() => done.push('charged')),
        step
          .waitForEvent('refunded', 'order.refunded', { timeout: '1h' })
          .then((event) => done.push(event!.payload.orderId)),
      ]),
    )
    const store = liveStore()
    const outcome = kit.replay(workflow, { steps: store.steps })
    await vi.waitFor(() => expect(store.record.steps).toHaveLength(2), 60_000) // the event's schema is loaded before that
    await kit.clock.advance(10)
    expect(store.answer('refunded')).toBe(true)
    await vi.waitFor(() => expect(done).toEqual(['order_1']), 60_000)
    charged.resolve()
    expect(await outcome).toMatchObject({ type: 'completed' })
    expect(store.listeners.size).toBe(0)
  })
})

describe('a wait that times out', () => {
  const workflow = () =>
    orderWorkflow(
      async (step) => (await step.waitForEvent('refunded', 'order.refunded', { timeout: '1h' }))?.id ?? null,
    )

  /** Replays a workflow whose wait is over. */
  async function replayDue(beforeTimeout: NonNullable<StepRecordStore['beforeTimeout']>) {
    const record = createWorkflowRecord('run_1', undefined)
    const saved: unknown[] = []
    const save = (step: StepRecord) => void saved.push([step.key, step.state])
    await kit.replay(workflow(), { steps: createRecordedStepEngine({ record, save }) })
    await kit.clock.advance(3_600_000)
    const outcome = await kit.replay(workflow(), { steps: createRecordedStepEngine({ record, save, beforeTimeout }) })
    return { outcome, step: record.steps[0]!, saved, record }
  }

  test('resolves with an event that its store finds last', async () => {
    const { outcome, saved } = await replayDue(async (step) => {
      await kit.clock.yield()
      const event = { id: 'late', event: 'order.refunded', payload, sentAt: step.startedAt }
      expect(resolveEventWait({ ...createWorkflowRecord('x', undefined) }, step, event, kit.clock.now())).toBe(true)
    })
    expect(outcome).toMatchObject({ type: 'completed', output: 'late' })
    expect(saved.at(-1)).toEqual(['refunded', 'completed'])
  })

  test('resolves to `null` if its store finds none', async () => {
    const { outcome } = await replayDue(async () => undefined)
    expect(outcome).toMatchObject({ type: 'completed', output: null })
  })

  test('ends before a sleep that is due later, although its store still looks', async () => {
    const store = liveStore()
    const look = createDeferred()
    const race = orderWorkflow(async (step) =>
      Promise.race([
        step.waitForEvent('refunded', 'order.refunded', { timeout: 1000 }),
        step.sleep('nap', 1001).then(() => 'slept'),
      ]),
    )
    await kit.replay(race, { steps: store.steps })
    await kit.clock.advance(2000)
    const beforeTimeout = () => look.promise
    const steps = createRecordedStepEngine({ record: store.record, save: () => undefined, beforeTimeout })
    const outcome = kit.replay(race, { steps })
    await kit.clock.advance(2000)
    look.resolve()
    expect(await outcome).toMatchObject({ type: 'completed', output: null })
  })

  test('stays open, and the replay fails, if its store cannot look', async () => {
    const { outcome, step } = await replayDue(() => Promise.reject(new Error('no response')))
    expect(outcome).toMatchObject({ type: 'retry', error: { message: 'no response' } })
    expect(step.state).toBe('waiting')
  })
})

describe('a step after a wait for an event', () => {
  const workflow = () =>
    orderWorkflow((step) =>
      Promise.all([
        step.waitForEvent('refunded', 'order.refunded', { timeout: '1h' }),
        step.run('refund', note('refund')),
      ]),
    )

  test('begins once the wait is saved, because it may cause the event', async () => {
    const saved = createDeferred()
    const store = liveStore(({ key }) => (key === 'refunded' ? saved.promise : undefined))
    const outcome = kit.replay(workflow(), { steps: store.steps })
    await vi.waitFor(() => expect(store.record.steps).toHaveLength(2), 60_000)
    await kit.clock.advance(10)
    expect(done).toEqual([])
    saved.resolve()
    await vi.waitFor(() => expect(done).toEqual(['refund']), 60_000)
    expect(await outcome).toMatchObject({ type: 'suspended' })
  })

  test('does not begin if another worker has taken over the run', async () => {
    const abort = new AbortController()
    const lost = async (): Promise<void> => abort.abort(new ShutdownError())
    const store = liveStore(({ key }) => (key === 'refunded' ? lost() : undefined))
    await kit.replay(workflow(), { steps: store.steps, signal: abort.signal })
    await kit.clock.advance(10)
    expect(done).toEqual([])
  })
})

describe('code that can only wait', () => {
  test('is suspended until its next due time', async () => {
    const workflow = orderWorkflow((step) => Promise.all([step.sleep('long', '1h'), step.sleep('short', 500)]))
    expect(await kit.replay(workflow)).toEqual({ type: 'suspended', wakeAt: kit.clock.now() + 500 })
    expect(kit.clock.pendingTimers()).toBe(0)
  })
})

describe('a stopped replay', () => {
  test.each([
    ['a cancel', new JobCancelledError({ jobId: 'job_1' }), 'cancelled'],
    ['a shutdown', new ShutdownError(), 'interrupted'],
  ])('ends and saves nothing more: %s', async (_words, reason, type) => {
    const charged = createDeferred<string>()
    const left: Promise<unknown>[] = []
    let signal: AbortSignal | undefined
    const workflow = orderWorkflow(
      async (step) => {
        await step.run('reserve', note('reserve'), { compensate: note('release') })
        await step.run('charge', (context) => {
          signal = context.signal
          return charged.promise
        })
        done.push('code')
        await step.run('ship', note('ship'))
      },
      { onFailure: note('onFailure') },
    )
    const outcome = kit.replay(workflow, { onLeftRunning: (work) => void left.push(work) })
    await kit.clock.advance(10)
    const before = structuredClone(kit.record)
    kit.controller.abort(reason)
    expect(await outcome).toEqual({ type })
    expect(signal?.reason).toBe(reason)
    expect(left).toHaveLength(1)
    charged.resolve('paid')
    await left[0]
    await kit.settle()
    expect(done).toEqual(['reserve'])
    // Work that ended after the cancel is recorded, because it may need compensation.
    if (type === 'cancelled') expect(kit.step('charge')).toMatchObject({ state: 'completed', output: 'paid' })
    else expect(kit.record).toEqual(before)
  })

  test('leaves no timer', async () => {
    const workflow = orderWorkflow((step) =>
      Promise.all([step.run('charge', () => new Promise(() => undefined), { timeout: '1h' }), step.sleep('nap', '1h')]),
    )
    const outcome = kit.replay(workflow)
    await kit.clock.advance(10)
    kit.controller.abort(new ShutdownError())
    await outcome
    await kit.clock.advance(0)
    expect(kit.clock.pendingTimers()).toBe(0)
  })
})

test('steps with simultaneous results are called in the same order as in a replay', async () => {
  const passes: string[] = []
  const workflow = orderWorkflow(async (step) => {
    const slow = step
      .run('slow', () => 1)
      .then(async () => {
        // More turns than the other branch needs, without any real wait.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve()
        return step.run('log', () => 'of slow')
      })
    const fast = step.run('fast', () => 2).then(() => step.run('log', () => 'of fast'))
    passes.push(String(await Promise.all([slow, fast])))
    await step.sleep('nap', 10)
  })
  expect(await kit.runToEnd(workflow)).toEqual({ type: 'completed' })
  expect(passes).toEqual(['of slow,of fast', 'of slow,of fast'])
  expect(kit.lines.filter(({ level }) => level === 'warn')).toEqual([])
})

describe('a save that fails', () => {
  const workflow = orderWorkflow(async (step) => {
    await step.run('charge', note('charge'), { compensate: note('refund') }).then(note('charged'), note('caught'))
    await step.run('ship', note('ship'))
  })
  const broken = () => Promise.reject(new Error('The store is away.'))

  test('fails the replay, which is retried, and the code sees neither a result nor the failure', async () => {
    expect(await kit.replay(workflow, { records: { save: broken } })).toMatchObject({
      type: 'retry',
      error: { message: 'The store is away.' },
    })
    await kit.settle()
    expect(done).toEqual(['charge'])
  })

  test('in the last attempt fails the run and compensates the step', async () => {
    let saved = 0
    const once = () => (saved++ === 0 ? broken() : undefined)
    expect(await kit.replay(workflow, { attempt: 3, records: { save: once } })).toMatchObject({ type: 'failed' })
    expect(done).toEqual(['charge', 'refund'])
  })
})

describe('a step whose record was lost', () => {
  test('in its second attempt is repeated before a parallel failure ends the run, and compensated', async () => {
    const retrying = {
      state: 'retrying',
      order: undefined,
      endedAt: undefined,
      nextAttemptAt: kit.clock.now(),
    } as const
    kit = createWorkflowKit({
      steps: [
        completedStep('ship', 1, { state: 'failed', error: { name: 'Error', message: 'Broke.' } }),
        completedStep('charge', 2, retrying as never),
      ],
      ended: 1,
    })
    const workflow = orderWorkflow((step) =>
      Promise.all([step.run('ship', note('ship')), step.run('charge', note('charge'), { compensate: note('refund') })]),
    )
    expect(await kit.replay(workflow)).toMatchObject({ type: 'failed', error: { code: 'step_failed' } })
    expect(done).toEqual(['charge', 'refund'])
  })
})
