import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { waitForParked } from '../deploy-tools.ts'
import { lastRun, resultOf, runProgram, sendProgram, stepAttempts } from '../workflow-tools.ts'
import type { WorkflowOp, WorkflowProgram } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

/** Ends the first replay on every engine. A sleep may end before an engine under load suspends the run. */
const nextAttempt: WorkflowOp = { do: 'throw', failure: { as: 'error', attempts: 1 } }

/** A step that returns its id. */
const step = (id: string, more: object = {}): WorkflowOp => ({ do: 'run', id, script: { returns: id }, ...more })
const steps = (...ids: string[]): WorkflowOp[] => ids.map((id) => step(id))

/** Code that has changed when its run is replayed. */
const changed = (before: WorkflowProgram, after: WorkflowProgram): WorkflowOp => ({
  do: 'changed',
  before: [...before, nextAttempt],
  after,
})

/** Runs code that no longer fits when it is replayed. Returns the message, after a cancel of the run. */
async function parkedBy(t: CaseTools, program: WorkflowOp): Promise<{ message: string; ran: string[] }> {
  const { id } = await sendProgram(t, [program])
  const { error, since, until } = await waitForParked(t, id)
  assert.deepEqual([error.code, until.getTime() - since.getTime()], ['workflow_changed', 7 * 86_400_000])
  await t.client.cancelJob(id)
  assert.equal((await t.waitForEnd(id)).state, 'cancelled')
  assert.deepEqual([...stepAttempts(t, id, 'compensation'), ...t.journal({ jobId: id, kind: 'onFailure' })], [])
  return { message: error.message, ran: stepAttempts(t, id) }
}

const patched: WorkflowOp = { do: 'patched', id: 'fraud-check' }
const ifPatched: WorkflowOp[] = [patched, { do: 'if', lastIs: true, then: steps('check'), else: [] }]

/** Cases: code that has changed when a run is replayed. */
export const workflowChangeCases: readonly ConformanceCase[] = casesOf(
  rules.workflows,
  [
    {
      id: 'workflow-forgotten-step',
      title: 'a recorded step that the code no longer calls is ignored',
      async run(t) {
        const result = await resultOf(t, [changed(steps('gone', 'common'), steps('common', 'new'))])
        assert.deepEqual(result, ['common', 'new'])
      },
    },
    {
      id: 'workflow-added-steps',
      title: 'a new step behind the steps of a run, or in front of its last one, runs, and no other runs again',
      async run(t) {
        const { id, runs } = await runProgram(t, [
          changed(steps('one', 'two'), steps('one', 'before-two', 'two', 'behind-two')),
        ])
        assert.deepEqual(runs[0]?.output, ['one', 'before-two', 'two', 'behind-two'])
        assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1', 'before-two/1', 'behind-two/1'])
      },
    },
    {
      id: 'workflow-moved-steps',
      title: 'steps in another order keep their results',
      async run(t) {
        const { id, runs } = await runProgram(t, [
          changed(steps('one', 'two', 'three'), steps('three', 'one', 'two', 'four')),
        ])
        assert.deepEqual(runs[0]?.output, ['three', 'one', 'two', 'four'])
        assert.deepEqual(stepAttempts(t, id), ['one/1', 'two/1', 'three/1', 'four/1'])
      },
    },
    {
      id: 'workflow-changed-step',
      title:
        'a run whose step is another kind of step now waits for other code; a cancel ends it, without a compensation',
      async run(t) {
        const { message, ran } = await parkedBy(
          t,
          changed(
            [step('pack', { compensation: {} })],
            [{ do: 'catch', program: [{ do: 'wait', id: 'pack', timeoutMs: 1000 }] }, step('never')],
          ),
        )
        assert.match(message, /`pack` was `step.run` and is now `step.waitForEvent`/)
        assert.deepEqual(ran, ['pack/1'])
      },
    },
    {
      id: 'workflow-renamed-step',
      title:
        'a run waits for other code if a new step is in front of several of its steps, which it may be under a new id',
      async run(t) {
        const { message, ran } = await parkedBy(
          t,
          changed(steps('one', 'two', 'three'), steps('one', 'second', 'three')),
        )
        assert.match(message, /calls the new step `second` where (`two` and 1 more|2 steps) have ended/)
        assert.deepEqual(ran, ['one/1', 'two/1', 'three/1'])
      },
    },
    {
      id: 'workflow-patched',
      title: '`step.patched` is true in a new run, and stays it',
      async run(t) {
        const { id, runs } = await runProgram(t, [...ifPatched, ...steps('charge'), nextAttempt, patched])
        assert.deepEqual(runs[0]?.output, [true, 'check', 'charge', true])
        assert.deepEqual(stepAttempts(t, id), ['check/1', 'charge/1'])
      },
    },
    {
      id: 'workflow-patched-in-time',
      title: '`step.patched` is true in a run that has not passed its place',
      async run(t) {
        const program = [changed(steps('reserve'), [...steps('reserve'), ...ifPatched, ...steps('charge')])]
        assert.deepEqual(await resultOf(t, program), ['reserve', true, 'check', 'charge'])
      },
    },
    {
      id: 'workflow-patched-too-late',
      title: '`step.patched` is false in a run that has passed its place, and stays it',
      async run(t) {
        const { id, runs } = await runProgram(t, [
          changed(steps('reserve', 'charge'), [
            ...steps('reserve'),
            ...ifPatched,
            ...steps('charge'),
            { do: 'throw', failure: { as: 'error', attempts: 2 } },
            patched,
          ]),
        ])
        assert.deepEqual(runs[0]?.output, ['reserve', false, 'charge', false])
        assert.deepEqual(stepAttempts(t, id), ['reserve/1', 'charge/1'])
        if (!t.capabilities.features['status.steps'].supported) return
        assert.equal(lastRun(await t.client.getJobStatus(id)).steps?.filter(({ kind }) => kind === 'patched').length, 1)
      },
    },
  ],
  ['workflows'],
)
