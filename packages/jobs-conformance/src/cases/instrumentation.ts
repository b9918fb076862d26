import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { faultyTenant, observedTenant } from '../conformance-instrumentation.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { runProgram } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** Returns what the instrumentation recorded, of one kind. */
function activities(t: CaseTools, tenantId: string, kind: string): Readonly<Record<string, unknown>>[] {
  const entries = t.journal({ tenantId, kind: 'activity' }).filter(({ details }) => details['activity'] === kind)
  return entries.map(({ attempt, details }) => ({ attempt, ...details }))
}

/** Cases: an instrumentation observes sends and attempts, and its trace travels with the job. */
export const instrumentationCases: readonly ConformanceCase[] = casesOf(rules.hooks, [
  {
    id: 'trace-travels-with-the-job',
    title: 'the trace of a send reaches each attempt of its job, through a delay, retries and `retryJob`',
    requiredFeatures: ['delay', 'retryJob'],
    async run(t) {
      const tenantId = t.unique(observedTenant)
      const options = { delay: 1000 }
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', runs: 1 } }, { tenantId, options })
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await t.client.retryJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const [sent] = activities(t, tenantId, 'send')
      const [trace] = sent!['traces'] as unknown[]
      const attempts = activities(t, tenantId, 'attempt')
      assert.deepEqual(
        attempts.map(({ attempt, trace: received }) => [attempt, received]),
        [1, 2, 3, 1].map((attempt) => [attempt, trace]),
      )
      const ends = await t.waitUntil('the last attempt has ended', () => {
        const found = activities(t, tenantId, 'end')
        return found.length === 4 && found
      })
      assert.deepEqual(
        ends.map(({ outcomes }) => outcomes),
        [['retry'], ['retry'], ['failed'], ['completed']],
      )
    },
  },
  {
    id: 'activity-surrounds-the-attempt',
    title:
      'an attempt runs inside its activity, which is outside the middleware and knows the engine; `onFailure` is a part of it',
    async run(t) {
      const tenantId = t.unique(observedTenant)
      const { id } = await t.send('conformance.reporting', { failure: { as: 'nonRetryable' } }, { tenantId })
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      const { details } = await t.waitForEntry({ jobId: id, kind: 'started' })
      // An engine may run the attempt inside the activity of the send.
      assert.deepEqual((details['layers'] as unknown[]).slice(-4), ['activity', 'outer', 'inner', 'own'])
      await t.waitUntil('the attempt has ended', () => activities(t, tenantId, 'end').length > 0)
      const [attempt] = activities(t, tenantId, 'attempt')
      assert.equal(attempt!['provider'], (await t.client.healthCheck()).provider)
      assert.deepEqual(
        activities(t, tenantId, 'part').map(({ part }) => part),
        ['onFailure completed'],
      )
    },
  },
  {
    id: 'activity-has-the-parts-of-a-workflow',
    title: 'steps, waits and compensations are parts of the activity, and a resumed workflow knows the one before',
    requiredFeatures: ['workflows'],
    async run(t) {
      const tenantId = t.unique(observedTenant)
      const status = await runProgram(
        t,
        [
          { do: 'run', id: 'one', compensation: {} },
          { do: 'sleep', id: 'nap', ms: 2000 },
          { do: 'run', id: 'two', retry: { maxAttempts: 1 }, script: { failure: { as: 'error' } } },
        ],
        { tenantId },
      )
      assert.equal(status.state, 'failed')
      await t.waitUntil('the run has ended', () =>
        activities(t, tenantId, 'end').some(({ outcomes }) => (outcomes as string[])[0] === 'failed'),
      )
      const parts = activities(t, tenantId, 'part').map(({ part }) => part)
      assert.deepEqual(
        parts.filter((part) => part !== 'onFailure completed'),
        [
          'step one run 1 completed',
          'wait nap sleep suspended',
          'step two run 1 failed',
          'compensation one run 1 completed',
        ],
      )
      const attempts = activities(t, tenantId, 'attempt')
      assert.deepEqual([attempts[0]!['isResumed'], attempts[0]!['resumedFrom']], [false, undefined])
      const resumed = attempts.slice(1)
      const known = new Set(attempts.map(({ traceparent }) => traceparent))
      assert.ok(resumed.length > 0 && resumed.every(({ isResumed }) => isResumed === true))
      assert.ok(resumed.every(({ resumedFrom, traceparent }) => known.has(resumedFrom) && resumedFrom !== traceparent))
    },
  },
  {
    id: 'instrumentation-that-throws',
    title: 'an instrumentation that throws affects no job',
    async run(t) {
      const tenantId = t.unique(faultyTenant)
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error', attempts: 1 } }, { tenantId })
      const { state, runs } = await t.waitForEnd(id)
      assert.deepEqual([state, runs[0]?.attempts, runs[0]?.output], ['completed', 2, { done: true }])
    },
  },
])
