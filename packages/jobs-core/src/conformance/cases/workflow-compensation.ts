import assert from 'node:assert/strict'

import type { RunStatus } from '../../runs/job-status.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { begin, keysOf, lastRun, perform, stepIn, worked } from '../workflow-tools.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

const failing: WorkflowOp = {
  do: 'run',
  id: 'failing',
  retry: { maxAttempts: 1 },
  script: { failure: { as: 'error' } },
}

function step(id: string, undo: Extract<WorkflowOp, { do: 'run' }>['undo'] = {}): WorkflowOp {
  return { do: 'run', id, script: { returns: id }, undo }
}

/** What became of the undo of each step that has one. */
function undosOf({ steps = [] }: RunStatus): unknown[] {
  return steps.flatMap(({ id, compensation }) =>
    compensation ? [[id, compensation.state, compensation.attempts]] : [],
  )
}

/** A run that fails for good is undone. */
export const workflowCompensationCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-compensates-in-reverse',
    title: 'when a run fails for good, its completed steps are undone, the last one first, each with its own result',
    needs: ['workflows'],
    async run(t) {
      const status = await perform(t, [
        step('one'),
        { do: 'run', id: 'plain' },
        step('two'),
        { do: 'sleep', id: 'nap', ms: 1000 },
        step('three'),
        { ...failing, undo: {} } as WorkflowOp,
      ])
      assert.deepEqual([status.state, lastRun(status).error?.code], ['failed', 'step_failed'])
      assert.deepEqual(worked(t, status.id, 'undone'), ['three/1', 'two/1', 'one/1'])
      const undone = t.journal({ jobId: status.id, what: 'undo' }).map(({ seen }) => seen['undone'])
      assert.deepEqual(undone, ['three', 'two', 'one'])
      assert.deepEqual(worked(t, status.id), ['one/1', 'plain/1', 'two/1', 'three/1', 'failing/1'])
      if (!t.capabilities.features['status.steps'].supported) return
      const undos = [
        ['one', 'completed', 1],
        ['two', 'completed', 1],
        ['three', 'completed', 1],
      ]
      assert.deepEqual(undosOf(lastRun(status)), undos)
    },
  },
  {
    id: 'workflow-undo-retries',
    title: 'an undo is tried again like its step, with an idempotency key of its own',
    needs: ['workflows'],
    async run(t) {
      const { id, runs } = await perform(t, [
        step('one'),
        step('two', { failure: { as: 'error', attempts: 2 } }),
        failing,
      ])
      assert.deepEqual(worked(t, id, 'undo'), ['two/1', 'two/2', 'two/3', 'one/1'])
      const keys = keysOf(t, id, 'two', 'undo')
      assert.equal(new Set(keys).size, 1)
      assert.notEqual(keys[0], keysOf(t, id, 'two')[0])
      assert.deepEqual(worked(t, id), ['one/1', 'two/1', 'failing/1'])
      if (t.capabilities.features['status.steps'].supported) {
        assert.deepEqual(undosOf(runs[0]!), [
          ['one', 'completed', 1],
          ['two', 'completed', 3],
        ])
      }
    },
  },
  {
    id: 'workflow-undo-that-fails',
    title: 'an undo that fails for good is told in the status, and the others are made all the same',
    needs: ['workflows'],
    async run(t) {
      const { id, state, runs } = await perform(t, [
        step('one'),
        step('two', { failure: { as: 'nonRetryable' } }),
        step('three'),
        failing,
      ])
      assert.deepEqual(worked(t, id, 'undone'), ['three/1', 'one/1'])
      assert.deepEqual([state, runs[0]?.error?.cause?.code], ['failed', 'failed_on_purpose'])
      if (!t.capabilities.features['status.steps'].supported) return
      assert.deepEqual(undosOf(runs[0]!), [
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
    title: 'steps that are under way beside the one that failed come to their end first, and are undone, too',
    needs: ['workflows'],
    async run(t) {
      const { id, state } = await perform(t, [
        {
          do: 'all',
          branches: [[{ do: 'run', id: 'slow', script: { waitMs: 1500 }, undo: {} }], [step('quick'), failing]],
        },
      ])
      assert.equal(state, 'failed')
      assert.deepEqual(worked(t, id, 'undone').toSorted(), ['quick/1', 'slow/1'])
      const entries = [...t.journal({ jobId: id, what: 'stepEnded' }), ...t.journal({ jobId: id, what: 'undo' })]
      const order = entries
        .toSorted((one, other) => one.at - other.at)
        .map(({ what, seen }) => `${what} ${String(seen['step'])}`)
      assert.ok(order.indexOf('stepEnded slow') < order.indexOf('undo quick'), order.join(', '))
    },
  },
  {
    id: 'workflow-reports-after-the-undo',
    title: 'onFailure is called once, when what could be undone is',
    needs: ['workflows'],
    async run(t) {
      const { id } = await perform(t, [step('one', { failure: { as: 'error', attempts: 1 } }), failing])
      const { at } = await t.seen({ jobId: id, what: 'onFailure' })
      const [undone] = t.journal({ jobId: id, what: 'undone' })
      assert.ok(undone && undone.at <= at)
      await t.pass(500)
      assert.equal(t.journal({ jobId: id, what: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'workflow-code-failure-compensates',
    title: 'a run that fails of its code is undone after its last attempt alone',
    needs: ['workflows'],
    async run(t) {
      const { id, runs } = await perform(t, [step('one'), { do: 'throw', failure: { as: 'error' } }])
      assert.deepEqual([runs[0]?.attempts, worked(t, id, 'undone')], [3, ['one/1']])
      assert.deepEqual(worked(t, id), ['one/1'])
    },
  },
  {
    id: 'workflow-completed-is-not-undone',
    title: 'a run that completes undoes nothing, whatever it caught',
    needs: ['workflows'],
    async run(t) {
      const { id, state } = await perform(t, [step('one'), { do: 'catch', program: [failing] }, step('two')])
      await t.pass(500)
      assert.deepEqual([state, worked(t, id, 'undo')], ['completed', []])
    },
  },
  {
    id: 'workflow-cancel-does-not-compensate',
    title: 'a cancelled run goes no further and undoes nothing',
    needs: ['workflows', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await begin(t, [step('one'), { do: 'sleep', id: 'long', ms: 20_000 }, step('two')])
      await t.until('the first step has ended', () => worked(t, id, 'stepEnded').length > 0)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await t.pass(3000)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.deepEqual([worked(t, id), worked(t, id, 'undo')], [['one/1'], []])
      if (t.capabilities.features['status.steps'].supported) assert.equal(stepIn(status, 'one')?.state, 'completed')
    },
  },
  {
    id: 'workflow-cancel-compensates-where-asked',
    title: 'with compensateOnCancel a cancelled run is undone, and stays cancelled',
    needs: ['workflows', 'workflows: compensateOnCancel', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await begin(
        t,
        [step('one'), step('two', { failure: { as: 'error', attempts: 1 } }), { do: 'sleep', id: 'long', ms: 20_000 }],
        { event: 'conformance.workflow-undone' },
      )
      await t.until('the steps have ended', () => worked(t, id, 'stepEnded').length > 1)
      await t.client.cancelJob(id)
      await t.until('the steps are undone', () => worked(t, id, 'undone').length > 1)
      assert.deepEqual(worked(t, id, 'undone'), ['two/2', 'one/1'])
      await t.pass(500)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.equal(t.journal({ jobId: id, what: 'onFailure' }).length, 0)
      assert.deepEqual(undosOf(lastRun(status)), [
        ['one', 'completed', 1],
        ['two', 'completed', 2],
      ])
    },
  },
])
