import assert from 'node:assert/strict'

import type { RunStatus } from '@cgk-platform/jobs-core'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { sendProgram, idempotencyKeysOf, lastRun, runProgram, stepIn, stepAttempts } from '../workflow-tools.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

const failing: WorkflowOp = {
  do: 'run',
  id: 'failing',
  retry: { maxAttempts: 1 },
  script: { failure: { as: 'error' } },
}

function step(id: string, compensation: Extract<WorkflowOp, { do: 'run' }>['compensation'] = {}): WorkflowOp {
  return { do: 'run', id, script: { returns: id }, compensation }
}

/** Returns the state of each step's compensation. */
function compensationsOf({ steps = [] }: RunStatus): unknown[] {
  return steps.flatMap(({ id, compensation }) =>
    compensation ? [[id, compensation.state, compensation.attempts]] : [],
  )
}

/** Cases: a failed run is compensated. */
export const workflowCompensationCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-compensates-in-reverse',
    title: 'when a run fails, its completed steps are compensated in reverse order, each with its own result',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        step('one'),
        { do: 'run', id: 'plain' },
        step('two'),
        { do: 'sleep', id: 'nap', ms: 1000 },
        step('three'),
        { ...failing, compensation: {} } as WorkflowOp,
      ])
      assert.deepEqual([status.state, lastRun(status).error?.code], ['failed', 'step_failed'])
      assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['three/1', 'two/1', 'one/1'])
      const compensated = t
        .journal({ jobId: status.id, kind: 'compensation' })
        .map(({ details }) => details['compensated'])
      assert.deepEqual(compensated, ['three', 'two', 'one'])
      assert.deepEqual(stepAttempts(t, status.id), ['one/1', 'plain/1', 'two/1', 'three/1', 'failing/1'])
      if (!t.capabilities.features['status.steps'].supported) return
      const compensations = [
        ['one', 'completed', 1],
        ['two', 'completed', 1],
        ['three', 'completed', 1],
      ]
      assert.deepEqual(compensationsOf(lastRun(status)), compensations)
    },
  },
  {
    id: 'workflow-compensation-retries',
    title: 'a compensation is retried like its step, with its own idempotency key',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs } = await runProgram(t, [
        step('one'),
        step('two', { failure: { as: 'error', attempts: 2 } }),
        failing,
      ])
      assert.deepEqual(stepAttempts(t, id, 'compensation'), ['two/1', 'two/2', 'two/3', 'one/1'])
      const keys = idempotencyKeysOf(t, id, 'two', 'compensation')
      assert.equal(new Set(keys).size, 1)
      assert.notEqual(keys[0], idempotencyKeysOf(t, id, 'two')[0])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1', 'failing/1'])
      if (t.capabilities.features['status.steps'].supported) {
        assert.deepEqual(compensationsOf(runs[0]!), [
          ['one', 'completed', 1],
          ['two', 'completed', 3],
        ])
      }
    },
  },
  {
    id: 'workflow-compensation-that-fails',
    title: 'a compensation that fails is reported in the status, and the other compensations still run',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, state, runs } = await runProgram(t, [
        step('one'),
        step('two', { failure: { as: 'nonRetryable' } }),
        step('three'),
        failing,
      ])
      assert.deepEqual(stepAttempts(t, id, 'compensated'), ['three/1', 'one/1'])
      assert.deepEqual([state, runs[0]?.error?.cause?.code], ['failed', 'failed_on_purpose'])
      if (!t.capabilities.features['status.steps'].supported) return
      assert.deepEqual(compensationsOf(runs[0]!), [
        ['one', 'completed', 1],
        ['two', 'failed', 1],
        ['three', 'completed', 1],
      ])
      const { compensation } = runs[0]!.steps!.find((each) => each.id === 'two')!
      assert.equal(compensation?.error?.name, 'NonRetryableError')
    },
  },
  {
    id: 'workflow-compensates-siblings',
    title: 'when a step fails, steps running in parallel end first and are compensated too',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, state } = await runProgram(t, [
        {
          do: 'all',
          branches: [[{ do: 'run', id: 'slow', script: { waitMs: 1500 }, compensation: {} }], [step('quick'), failing]],
        },
      ])
      assert.equal(state, 'failed')
      assert.deepEqual(stepAttempts(t, id, 'compensated').toSorted(), ['quick/1', 'slow/1'])
      const entries = [
        ...t.journal({ jobId: id, kind: 'stepEnded' }),
        ...t.journal({ jobId: id, kind: 'compensation' }),
      ]
      const order = entries
        .toSorted((one, other) => one.at - other.at)
        .map(({ kind, details }) => `${kind} ${String(details['step'])}`)
      assert.ok(order.indexOf('stepEnded slow') < order.indexOf('compensation quick'), order.join(', '))
    },
  },
  {
    id: 'workflow-reports-after-the-compensation',
    title: '`onFailure` is called once, after the compensations',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await runProgram(t, [step('one', { failure: { as: 'error', attempts: 1 } }), failing])
      const { at } = await t.waitForEntry({ jobId: id, kind: 'onFailure' })
      const [compensated] = t.journal({ jobId: id, kind: 'compensated' })
      assert.ok(compensated && compensated.at <= at)
      await t.advance(500)
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'workflow-code-failure-compensates',
    title: 'a run whose code throws is compensated only after its last attempt',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, runs } = await runProgram(t, [step('one'), { do: 'throw', failure: { as: 'error' } }])
      assert.deepEqual([runs[0]?.attempts, stepAttempts(t, id, 'compensated')], [3, ['one/1']])
      assert.deepEqual(stepAttempts(t, id), ['one/1'])
    },
  },
  {
    id: 'workflow-completed-is-not-compensated',
    title: 'a run that completes is not compensated, even if it caught errors',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, state } = await runProgram(t, [step('one'), { do: 'catch', program: [failing] }, step('two')])
      await t.advance(500)
      assert.deepEqual([state, stepAttempts(t, id, 'compensation')], ['completed', []])
    },
  },
  {
    id: 'workflow-cancel-does-not-compensate',
    title: 'a cancelled run stops and is not compensated',
    requiredFeatures: ['workflows', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await sendProgram(t, [step('one'), { do: 'sleep', id: 'long', ms: 20_000 }, step('two')])
      await t.waitUntil('the first step has ended', () => stepAttempts(t, id, 'stepEnded').length > 0)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await t.advance(3000)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.deepEqual([stepAttempts(t, id), stepAttempts(t, id, 'compensation')], [['one/1'], []])
      if (t.capabilities.features['status.steps'].supported) assert.equal(stepIn(status, 'one')?.state, 'completed')
    },
  },
  {
    id: 'workflow-cancel-compensates-where-asked',
    title: 'with `compensateOnCancel`, a cancelled run is compensated without calls of hooks, and remains cancelled',
    requiredFeatures: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await sendProgram(
        t,
        [step('one'), step('two', { failure: { as: 'error', attempts: 1 } }), { do: 'sleep', id: 'long', ms: 20_000 }],
        { event: 'conformance.workflow-compensated' },
      )
      await t.waitUntil('the steps have ended', () => stepAttempts(t, id, 'stepEnded').length > 1)
      await t.client.cancelJob(id)
      await t.waitUntil('the compensation has started', () => stepAttempts(t, id, 'compensation').length > 0)
      const calledHooks = () => t.journal({ jobId: id, kind: 'hook' })
      const before = calledHooks().length
      await t.waitUntil('the steps are compensated', () => stepAttempts(t, id, 'compensated').length > 1)
      assert.deepEqual(stepAttempts(t, id, 'compensated'), ['two/2', 'one/1'])
      await t.advance(500)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 0)
      assert.equal(calledHooks().length, before)
      assert.deepEqual(compensationsOf(lastRun(status)), [
        ['one', 'completed', 1],
        ['two', 'completed', 2],
      ])
    },
  },
  {
    id: 'workflow-cancel-compensates-first-steps',
    title: 'with `compensateOnCancel`, first steps that complete after the cancel are compensated in reverse order',
    requiredFeatures: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job'],
    async run(t) {
      const held = (id: string): WorkflowOp => ({
        do: 'run',
        id,
        script: { isHeld: true, ignoresSignal: true },
        compensation: {},
      })
      const programs = [[held('one')], [{ do: 'all', branches: [[held('one')], [held('two')]] }]] as const
      for (const [index, program] of programs.entries()) {
        const count = index + 1
        const { id } = await sendProgram(t, program, { event: 'conformance.workflow-compensated' })
        await t.waitUntil('the steps have started', () => stepAttempts(t, id).length === count)
        assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
        await t.advance(500)
        assert.deepEqual(stepAttempts(t, id, 'compensation'), [])
        t.release(id)
        await t.waitUntil('the steps are compensated', () => stepAttempts(t, id, 'compensated').length === count)
        assert.deepEqual(stepAttempts(t, id, 'compensated'), stepAttempts(t, id, 'stepEnded').toReversed())
        await t.advance(500)
        assert.deepEqual([stepAttempts(t, id).length, stepAttempts(t, id, 'compensation').length], [count, count])
        assert.equal((await t.client.getJobStatus(id)).state, 'cancelled')
      }
    },
  },
  {
    id: 'workflow-cancel-compensates-a-retry',
    title: 'with `compensateOnCancel`, the first step of a retried run is compensated if it completes after the cancel',
    requiredFeatures: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job', 'retryJob'],
    async run(t) {
      const script = { waitMs: t.longerThan(2000), ignoresSignal: true } // so that the cancel arrives before the end
      const program: WorkflowOp[] = [
        { do: 'run', id: 'one', script, compensation: {} },
        { ...failing, script: { failure: { as: 'error', runs: 1 } } } as WorkflowOp,
      ]
      const { id } = await sendProgram(t, program, { event: 'conformance.workflow-compensated' })
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await t.client.retryJob(id)
      await t.waitUntil('the new run has started', () => stepAttempts(t, id).length === 3)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await t.waitUntil('both runs are compensated', () => stepAttempts(t, id, 'compensated').length === 2)
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'failing/1', 'one/1'])
    },
  },
  {
    id: 'workflow-cancel-during-compensation',
    title: 'with `compensateOnCancel`, a cancel of a failed run does not repeat the compensation that runs',
    requiredFeatures: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job'],
    async run(t) {
      const held = step('two', { isHeld: true, ignoresSignal: true })
      const { id } = await sendProgram(t, [step('one'), held, failing], { event: 'conformance.workflow-compensated' })
      await t.waitUntil('the compensation has started', () => stepAttempts(t, id, 'compensation').length > 0)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      t.release(id)
      await t.waitUntil('the steps are compensated', () => stepAttempts(t, id, 'compensated').length > 1)
      await t.advance(500)
      assert.deepEqual(stepAttempts(t, id, 'compensation'), ['two/1', 'one/1'])
      assert.equal((await t.client.getJobStatus(id)).state, 'cancelled')
    },
  },
])
