import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { fewSteps } from '../conformance-workflows.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { lastRun, resultOf, runProgram, stepAttempts } from '../workflow-tools.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

/** Checks that the mistake fails the run without a retry. The run's error or its cause has the code. */
async function expectMistake(t: CaseTools, op: WorkflowOp, code: string, message: RegExp): Promise<void> {
  const status = await runProgram(t, [op, { do: 'run', id: 'never' }])
  const { error, attempts } = lastRun(status)
  assert.equal(status.state, 'failed')
  assert.equal(error?.code === 'step_failed' ? error.cause?.code : error?.code, code, error?.message)
  assert.match(error!.message, message)
  assert.deepEqual([attempts, stepAttempts(t, status.id).filter((each) => each.startsWith('never'))], [1, []])
}

/** Cases: invalid steps. */
export const workflowMistakeCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-waits-for-a-job',
    title: '`waitForJob` throws in the work of a step and between steps',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id: jobId } = await t.send('conformance.plain')
      const output = await resultOf(t, [
        { do: 'catch', program: [{ do: 'run', id: 'waiting', script: { awaits: jobId }, retry: { maxAttempts: 1 } }] },
        { do: 'catch', program: [{ do: 'awaitJob', jobId }] },
      ])
      const [inStep, between] = output as [{ code: string; cause: { code: string } }, { code: string }]
      assert.deepEqual(
        [inStep.code, inStep.cause.code, between.code],
        ['step_failed', 'wait_in_handler', 'wait_in_handler'],
      )
    },
  },
  {
    id: 'workflow-step-in-a-step',
    title: 'a step inside a step throws an error that names both',
    requiredFeatures: ['workflows'],
    run: (t) =>
      expectMistake(
        t,
        { do: 'run', id: 'outer', retry: { maxAttempts: 1 }, script: { nests: 'inner' } },
        'invalid_step',
        /`inner`.*`outer`/,
      ),
  },
  {
    id: 'workflow-wrong-ids',
    title: 'an empty step id, a reserved suffix and the id of another kind of step throw',
    requiredFeatures: ['workflows'],
    async run(t) {
      await expectMistake(t, { do: 'run', id: '' }, 'invalid_step', /empty/)
      await expectMistake(t, { do: 'run', id: 'charge#2' }, 'invalid_step', /number/)
      const both: WorkflowOp = {
        do: 'times',
        count: 1,
        program: [
          { do: 'run', id: 'x' },
          { do: 'sleep', id: 'x', ms: 1 },
        ],
      }
      await expectMistake(t, both, 'invalid_step', /`x`.*`run`/)
    },
  },
  {
    id: 'workflow-wrong-waits',
    title: 'a negative sleep, a wait for an unknown event and an invalid `match` throw',
    requiredFeatures: ['workflows'],
    async run(t) {
      await expectMistake(t, { do: 'sleep', id: 'nap', ms: -1 }, 'invalid_step', /negative/)
      const unknown: WorkflowOp = { do: 'wait', id: 'w', event: 'conformance.no-such', timeoutMs: 1000 }
      await expectMistake(t, unknown, 'unknown_event', /conformance\.no-such/)
      await expectMistake(t, { do: 'wait', id: 'w', match: 'absent', timeoutMs: 1000 }, 'invalid_step', /absent/)
    },
  },
  {
    id: 'workflow-step-after-the-end',
    title: 'a step that is called after the run has ended throws, and its work does not run',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id, state } = await runProgram(t, [
        { do: 'run', id: 'one' },
        { do: 'late', id: 'late' },
      ])
      assert.equal(state, 'completed')
      const { details } = await t.waitForEntry({ jobId: id, kind: 'refused' })
      assert.equal(details['code'], 'invalid_step')
      assert.match(String(details['message']), /`late`.*after the run has ended/)
      assert.deepEqual(stepAttempts(t, id), ['one/1'])
    },
  },
  {
    id: 'workflow-without-an-end',
    title: 'a run that exceeds `maxSteps` fails, even if its code catches all errors',
    requiredFeatures: ['workflows'],
    async run(t) {
      const again: WorkflowOp = { do: 'catch', program: [{ do: 'run', id: 'again' }] }
      const status = await runProgram(t, [{ do: 'times', count: fewSteps * 2, program: [again] }], {
        event: 'conformance.workflow-few',
      })
      const { error } = lastRun(status)
      assert.deepEqual([status.state, error?.code], ['failed', 'too_many_steps'])
      assert.equal(stepAttempts(t, status.id).length, fewSteps)
    },
  },
])
