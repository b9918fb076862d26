import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { sendProgram, idempotencyKeysOf, lastRun, runProgram, stepIn, stepAttempts } from '../workflow-tools.ts'
import type { StepScript } from '../workflow-program.ts'
import { casesOf } from '../cases-of.ts'

const once = { maxAttempts: 1 }
/** Fails in the first run of its definition for the job, but not in a run of `retryJob`. */
const failsFirst: StepScript = { failure: { as: 'error', runs: 1 }, returns: 'at last' }

/** Cases: cancel, retry, and the end of a process. */
export const workflowControlCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-cancel-aborts-a-step',
    title: 'a cancel aborts the running step, and no further step starts',
    requiredFeatures: ['workflows', 'cancelJob of a running job'],
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'run', id: 'long', script: { waitMs: 600_000 } },
        { do: 'run', id: 'next' },
      ])
      await t.waitUntil('the step has started', () => stepAttempts(t, id).length > 0)
      await t.client.cancelJob(id)
      await t.waitForEntry({ jobId: id, kind: 'aborted' })
      await t.advance(1500)
      assert.equal((await t.client.getJobStatus(id)).state, 'cancelled')
      assert.deepEqual(stepAttempts(t, id), ['long/1'])
    },
  },
  {
    id: 'workflow-retry-goes-on',
    title:
      '`retryJob` resumes from the failed step: completed steps keep their results, and the failed step its idempotency key',
    requiredFeatures: ['workflows', 'retryJob', 'workflows: retryJob resumes at the failed step'],
    async run(t) {
      const { id } = await runProgram(t, [
        { do: 'run', id: 'one', script: { returns: 'kept' } },
        { do: 'send', id: 'tell', event: 'conformance.nobody' },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'run', id: 'charge', retry: once, script: failsFirst },
        { do: 'run', id: 'after', script: { returns: 'done' } },
      ])
      await t.client.retryJob(id)
      const status = await t.waitForEnd(id)
      const { output, retryOf, state } = lastRun(status)
      assert.deepEqual([state, retryOf, status.runs.length], ['completed', status.runs[0]!.id, 2])
      const [kept, , ...rest] = output as unknown[]
      assert.deepEqual([kept, rest], ['kept', ['at last', 'done']])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'charge/1', 'charge/1', 'after/1'])
      assert.equal(new Set(idempotencyKeysOf(t, id, 'charge')).size, 1)
      const sent = t
        .journal({ tenantId: t.tenantId, kind: 'hook' })
        .filter(({ details }) => details['hook'] === 'onSend' && details['event'] === 'conformance.nobody')
      assert.ok(sent.length <= 1)
    },
  },
  {
    id: 'workflow-retry-after-compensation',
    title: '`retryJob` after compensation starts over, with new idempotency keys',
    requiredFeatures: ['workflows', 'retryJob'],
    async run(t) {
      const { id, state } = await runProgram(t, [
        { do: 'run', id: 'one', script: { returns: 1 }, compensation: {} },
        { do: 'run', id: 'charge', retry: once, script: failsFirst },
      ])
      assert.deepEqual([state, stepAttempts(t, id, 'compensated')], ['failed', ['one/1']])
      await t.client.retryJob(id)
      assert.deepEqual(lastRun(await t.waitForEnd(id)).output, [1, 'at last'])
      assert.deepEqual(stepAttempts(t, id), ['one/1', 'charge/1', 'one/1', 'charge/1'])
      assert.equal(new Set(idempotencyKeysOf(t, id, 'one')).size, 2)
    },
  },
  {
    id: 'workflow-survives-a-restart',
    title: 'a sleeping run resumes after its process died, and no completed step runs again',
    requiredFeatures: ['workflows', 'jobs survive a restart'],
    requiredEquipment: ['restart'],
    runsAlone: true,
    async run(t) {
      const { id } = await sendProgram(t, [
        { do: 'run', id: 'before', script: { returns: 'before' } },
        { do: 'sleep', id: 'nap', ms: 4000 },
        { do: 'run', id: 'after', script: { returns: 'after' } },
      ])
      await t.waitUntil('the first step has ended', () => stepAttempts(t, id, 'stepEnded').length > 0)
      await t.advance(1000)
      await t.engine.restart!()
      const status = await t.waitForEnd(id)
      assert.deepEqual([status.state, lastRun(status).output], ['completed', ['before', 'after']])
      assert.deepEqual(stepAttempts(t, id), ['before/1', 'after/1'])
      if (t.capabilities.features['status.steps'].supported) assert.equal(stepIn(status, 'nap')?.state, 'completed')
    },
  },
])
