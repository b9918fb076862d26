import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { middlewareTenant } from '../conformance-middleware.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { lastRun, runProgram, resultOf, stepAttempts } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

const failing: WorkflowOp = {
  do: 'run',
  id: 'failing',
  retry: { maxAttempts: 1 },
  script: { failure: { as: 'error' } },
}

/** Returns the attempts that called the definition's middleware, such as `step one/1`. */
function wrapped(t: CaseTools, tenantId: string): string[] {
  return t
    .journal({ tenantId, definition: 'conformance-workflow', kind: 'middleware' })
    .filter(({ details }) => details['layer'] === 'own' && details['when'] === 'before')
    .map(({ details }) => `${String(details['work'])} ${String(details['stepId'])}/${String(details['stepAttempt'])}`)
}

/** Cases: middleware wraps the work of steps and their compensations. */
export const workflowMiddlewareCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-middleware-around-steps',
    title: 'middleware wraps each attempt of `step.run`, but neither replays nor the code between steps',
    requiredFeatures: ['workflows'],
    async run(t) {
      const tenantId = middlewareTenant(t, 'watches')
      const result = await resultOf(
        t,
        [
          { do: 'run', id: 'one', script: { returns: 1, failure: { as: 'error', attempts: 1 } } },
          { do: 'sleep', id: 'nap', ms: 1000 },
          { do: 'send', id: 'tell', event: 'conformance.nobody', payload: { tenantId } },
          { do: 'run', id: 'two', script: { returns: 2 } },
        ],
        { tenantId },
      )
      assert.deepEqual([(result as unknown[])[0], (result as unknown[])[2]], [1, 2])
      assert.deepEqual(wrapped(t, tenantId), ['step one/1', 'step one/2', 'step two/1'])
      const steps = t.journal({ tenantId, kind: 'step' })
      assert.deepEqual(
        steps.map(({ details }) => details['layers']),
        steps.map(() => ['outer', 'inner', 'own']),
      )
      const [replay] = t.journal({ tenantId, kind: 'replay' })
      assert.deepEqual(replay?.details['layers'], [])
    },
  },
  {
    id: 'workflow-middleware-that-throws',
    title: "an error that middleware throws around a step is the step's error and is retried",
    requiredFeatures: ['workflows'],
    async run(t) {
      const tenantId = middlewareTenant(t, 'throws', 'step')
      const status = await runProgram(t, [{ do: 'run', id: 'one', script: { returns: 1 } }], { tenantId })
      assert.deepEqual([status.state, lastRun(status).output], ['completed', [1]])
      assert.deepEqual(stepAttempts(t, status.id), ['one/2'])
    },
  },
  {
    id: 'workflow-middleware-changes-results',
    title: 'the result of a step is the return value of middleware',
    requiredFeatures: ['workflows'],
    async run(t) {
      const tenantId = middlewareTenant(t, 'changes', 'step')
      const result = await resultOf(t, [{ do: 'run', id: 'one', script: { returns: 1 } }], { tenantId })
      assert.deepEqual(result, [{ changed: 1 }])
    },
  },
  {
    id: 'workflow-middleware-around-compensations',
    title: 'middleware wraps each attempt of a compensation, and an error it throws there is retried',
    requiredFeatures: ['workflows'],
    async run(t) {
      const tenantId = middlewareTenant(t, 'throws', 'compensation')
      const status = await runProgram(t, [{ do: 'run', id: 'one', compensation: {} }, failing], { tenantId })
      assert.equal(status.state, 'failed')
      assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/2'])
      const [compensation] = t.journal({ tenantId, kind: 'compensation' })
      assert.deepEqual(compensation?.details['layers'], ['outer', 'inner', 'own'])
      assert.deepEqual(wrapped(t, tenantId), [
        'step one/1',
        'step failing/1',
        'compensation one/2',
        'onFailure undefined/undefined',
      ])
    },
  },
])
