import assert from 'node:assert/strict'

import type { JobStatus } from '@cgk-platform/jobs-core'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { longRunTimeoutMs, runTimeoutMs } from '../conformance-workflows.ts'
import { casesOf } from '../cases-of.ts'
import type { WorkflowOp } from '../workflow-program.ts'
import { lastRun, runProgram, stepAttempts, stepIn } from '../workflow-tools.ts'

const event = 'conformance.workflow-timed'
const one: WorkflowOp = { do: 'run', id: 'one', script: { returns: 1 }, compensation: {} }

/** Checks that the run of a job that was sent after `sentAt` failed at the end of its time, and that `onFailure` was called once. */
function expectTimeout(t: CaseTools, status: JobStatus, sentAt: number): void {
  assert.deepEqual([status.state, lastRun(status).error?.code], ['failed', 'run_timeout'])
  const reports = t.journal({ jobId: status.id, kind: 'onFailure' })
  assert.deepEqual(
    reports.map(({ details }) => details['name']),
    ['RunTimeoutError'],
  )
  const { retryToleranceMs, waitToleranceMs = 0 } = t.capabilities
  // An engine may say that the job is a little younger.
  t.expectDelay(reports[0]!.at - sentAt, {
    description: 'The end of the run',
    computedMs: runTimeoutMs,
    toleranceMs: Math.max(retryToleranceMs, waitToleranceMs) + 500,
  })
}

/**
 * Checks that a run completed. On a busy machine it may instead have reached its time, or the last moment for a retry,
 * but not soon.
 */
function expectInTime(t: CaseTools, status: JobStatus, since: number): void {
  if (lastRun(status).error?.code !== 'run_timeout') return assert.equal(status.state, 'completed')
  const [report] = t.journal({ jobId: status.id, kind: 'onFailure' }).toReversed()
  assert.ok(report && report.at - since >= runTimeoutMs / 2, 'The run ended before its time.')
}

/** Cases: `runTimeout`. */
export const runTimeoutCases: readonly ConformanceCase[] = [
  ...casesOf(rules.time, [
    {
      id: 'run-timeout-aborts-a-handler',
      title: 'a run over its `runTimeout` aborts the signal and fails, although attempts remain',
      requiredFeatures: ['runTimeout'],
      async run(t) {
        const sentAt = t.now()
        const { id } = await t.send('conformance.run-timeout', { waitMs: 600_000 })
        const status = await t.waitForEnd(id)
        expectTimeout(t, status, sentAt)
        assert.equal(lastRun(status).attempts, 1)
        const aborted = t.journal({ jobId: id, kind: 'aborted' })
        assert.deepEqual(
          aborted.map(({ details }) => details['reason']),
          ['RunTimeoutError'],
        )
      },
    },
    {
      id: 'run-timeout-covers-all-attempts',
      title: '`runTimeout` limits all attempts of a run together',
      requiredFeatures: ['runTimeout'],
      async run(t) {
        // On a busy machine, the first attempt can take all the time. The second one cannot end by itself before it is over.
        for (let tries = 1; tries <= 5; tries++) {
          const sentAt = t.now()
          const { id } = await t.send('conformance.run-timeout', {
            waitMs: runTimeoutMs * 0.6,
            failure: { as: 'error' },
          })
          const status = await t.waitForEnd(id)
          expectTimeout(t, status, sentAt)
          const { attempts } = lastRun(status)
          assert.ok(attempts < 5, `The run had ${attempts} attempts.`)
          if (attempts > 1) return
        }
        assert.fail('No run had a second attempt.')
      },
    },
    {
      id: 'run-timeout-before-a-retry',
      title: 'a run that would exceed its `runTimeout` before its next attempt fails without it',
      requiredFeatures: ['runTimeout'],
      async run(t) {
        const failure = { as: 'retryAfter', afterMs: longRunTimeoutMs } as const
        const { id } = await t.send('conformance.run-timeout-long', { failure })
        const { error, attempts } = lastRun(await t.waitForEnd(id))
        assert.deepEqual([error?.code, error?.cause?.code, attempts], ['run_timeout', 'retry_after', 1])
        assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
      },
    },
    {
      id: 'run-timeout-leaves-the-quick-alone',
      title: '`runTimeout` does not affect a run that ends before it',
      requiredFeatures: ['runTimeout'],
      async run(t) {
        const sentAt = t.now()
        const { id } = await t.send('conformance.run-timeout', { failure: { as: 'error', attempts: 1 } })
        const { state } = await t.waitForEnd(id)
        await t.advance(runTimeoutMs * 1.5)
        const later = await t.client.getJobStatus(id)
        assert.equal(later.state, state)
        expectInTime(t, later, sentAt)
        if (state === 'completed') assert.deepEqual(t.journal({ jobId: id, kind: 'aborted' }), [])
      },
    },
    {
      id: 'run-timeout-counts-from-the-due-time',
      title: '`runTimeout` counts from when a delayed job is due',
      requiredFeatures: ['runTimeout', 'delay'],
      async run(t) {
        const options = { delay: runTimeoutMs * 1.5 }
        const dueAt = t.now() + options.delay
        const { id } = await t.send('conformance.run-timeout', { waitMs: 100 }, { options })
        expectInTime(t, await t.waitForEnd(id), dueAt)
      },
    },
    {
      id: 'run-timeout-starts-over-with-a-retry',
      title: 'after `retryJob`, `runTimeout` counts from the retry',
      requiredFeatures: ['runTimeout', 'retryJob'],
      async run(t) {
        const { id } = await t.send('conformance.run-timeout', {
          waitMs: 100,
          failure: { as: 'nonRetryable', runs: 1 },
        })
        assert.equal((await t.waitForEnd(id)).state, 'failed')
        await t.advance(runTimeoutMs * 1.5)
        const retriedAt = t.now()
        await t.client.retryJob(id)
        expectInTime(t, await t.waitForEnd(id), retriedAt)
      },
    },
  ]),
  ...casesOf(rules.workflows, [
    {
      id: 'run-timeout-ends-a-sleep',
      title: 'a sleeping workflow ends at its `runTimeout`, and its completed steps are compensated',
      requiredFeatures: ['runTimeout', 'workflows'],
      async run(t) {
        const sentAt = t.now()
        const status = await runProgram(t, [one, { do: 'sleep', id: 'nap', ms: 3_600_000 }], { event })
        expectTimeout(t, status, sentAt)
        assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/1'])
        assert.equal(stepIn(status, 'one')?.compensation?.state, 'completed')
      },
    },
    {
      id: 'run-timeout-ends-a-wait',
      title: 'a workflow that waits for an event ends at its `runTimeout`, even if its code catches failures',
      requiredFeatures: ['runTimeout', 'workflows'],
      async run(t) {
        const wait: WorkflowOp = { do: 'catch', program: [{ do: 'wait', id: 'answer', timeoutMs: 3_600_000 }] }
        const sentAt = t.now()
        const status = await runProgram(t, [one, wait, { do: 'run', id: 'next' }], { event })
        expectTimeout(t, status, sentAt)
        assert.deepEqual(stepAttempts(t, status.id), ['one/1'])
        assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/1'])
      },
    },
    {
      id: 'run-timeout-aborts-a-step',
      title: 'a workflow over its `runTimeout` aborts its running step and is compensated',
      requiredFeatures: ['runTimeout', 'workflows'],
      async run(t) {
        const long: WorkflowOp = { do: 'catch', program: [{ do: 'run', id: 'long', script: { waitMs: 600_000 } }] }
        const sentAt = t.now()
        const status = await runProgram(t, [one, long, { do: 'run', id: 'next' }], { event })
        expectTimeout(t, status, sentAt)
        assert.equal(t.journal({ jobId: status.id, kind: 'aborted' }).length, 1)
        assert.deepEqual(stepAttempts(t, status.id), ['one/1', 'long/1'])
        assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/1'])
      },
    },
    {
      id: 'run-timeout-ends-a-step-retry',
      title: 'a workflow whose step waits for its next attempt ends at its `runTimeout`',
      requiredFeatures: ['runTimeout', 'workflows'],
      async run(t) {
        const retry = { maxAttempts: 2, initialDelay: '1h', maxDelay: '1h' } as const
        const charge: WorkflowOp = { do: 'run', id: 'charge', script: { failure: { as: 'error' } }, retry }
        const sentAt = t.now()
        const status = await runProgram(t, [one, { do: 'catch', program: [charge] }, { do: 'run', id: 'next' }], {
          event,
        })
        expectTimeout(t, status, sentAt)
        assert.deepEqual(stepAttempts(t, status.id), ['one/1', 'charge/1'])
        assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/1'])
      },
    },
    {
      id: 'run-timeout-ends-parallel-steps',
      title: 'a workflow ends at its `runTimeout` while a step runs, a job is awaited and a sleep passes',
      requiredFeatures: ['runTimeout', 'workflows', 'delay'],
      async run(t) {
        const branches: WorkflowOp[][] = [
          [one, { do: 'sleep', id: 'nap', ms: 3_600_000 }],
          [{ do: 'run', id: 'long', script: { waitMs: 600_000 } }],
          [{ do: 'job', id: 'child', definition: 'conformance-plain', options: { delay: '1h' } }],
        ]
        const sentAt = t.now()
        const status = await runProgram(
          t,
          [
            { do: 'settled', branches },
            { do: 'run', id: 'next' },
          ],
          { event },
        )
        expectTimeout(t, status, sentAt)
        assert.deepEqual(stepAttempts(t, status.id).toSorted(), ['long/1', 'one/1'])
        assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['one/1'])
      },
    },
    {
      id: 'run-timeout-leaves-a-quick-workflow-alone',
      title: '`runTimeout` does not affect a workflow that ends before it',
      requiredFeatures: ['runTimeout', 'workflows'],
      async run(t) {
        const sentAt = t.now()
        const status = await runProgram(t, [one, { do: 'sleep', id: 'nap', ms: 1000 }], { event })
        expectInTime(t, status, sentAt)
        if (status.state === 'completed') assert.deepEqual(stepAttempts(t, status.id, 'compensated'), [])
      },
    },
  ]),
]
