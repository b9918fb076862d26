import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { idempotencyKeysOf, lastRun, runProgram, resultOf, stepIn, stepAttempts } from '../workflow-tools.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: the result, the attempts and the timeout of a step. */
export const workflowStepCases: readonly ConformanceCase[] = casesOf(rules.workflows, [
  {
    id: 'workflow-steps-in-order',
    title: 'the steps run in order, and the code gets their results as JSON',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        { do: 'run', id: 'one', script: { returns: { n: 1 } } },
        { do: 'run', id: 'two', script: { returnsOdd: 'date' } },
        { do: 'run', id: 'three' },
        { do: 'run', id: 'four', script: { returns: null } },
      ])
      const { output, state, attempts } = lastRun(status)
      assert.deepEqual([status.state, state, attempts], ['completed', 'completed', 1])
      assert.deepEqual(output, [{ n: 1 }, { at: '1970-01-01T00:00:00.000Z', list: [1, null] }, null, null])
      assert.deepEqual(stepAttempts(t, status.id), ['one/1', 'two/1', 'three/1', 'four/1'])
    },
  },
  {
    id: 'workflow-step-undefined-items',
    title: 'a result with `undefined` in an array is stored as `null`, which the code gets in every replay',
    requiredFeatures: ['workflows'],
    async run(t) {
      const step = { do: 'run', id: 'charge', script: { returnsOdd: 'undefinedItems' } } as const
      const stored = [1, null, { list: [null], sparse: [null, 1] }]
      const first = await runProgram(t, [step])
      const replayed = await runProgram(t, [step, { do: 'sleep', id: 'nap', ms: 1000 }])
      for (const { state, output } of [lastRun(first), lastRun(replayed)]) {
        assert.deepEqual([state, output], ['completed', [stored]])
      }
      assert.deepEqual(stepIn(replayed, 'charge')?.output, stored)
      assert.deepEqual(stepAttempts(t, replayed.id), ['charge/1'])
    },
  },
  {
    id: 'workflow-step-completed-once',
    title: 'a completed step never runs again, whatever waits or fails after it',
    requiredFeatures: ['workflows'],
    async run(t) {
      const { id } = await runProgram(t, [
        { do: 'run', id: 'before', script: { returns: 1 } },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'run', id: 'between' },
        { do: 'run', id: 'failing', script: { failure: { as: 'error', attempts: 2 } } },
        { do: 'sleep', id: 'another', ms: 1000 },
        { do: 'run', id: 'after' },
      ])
      assert.deepEqual(stepAttempts(t, id), ['before/1', 'between/1', 'failing/1', 'failing/2', 'failing/3', 'after/1'])
    },
  },
  {
    id: 'workflow-step-retries',
    title: 'only the failed step is retried, by its policy, with the same idempotency key in every attempt',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        { do: 'run', id: 'charge', script: { failure: { as: 'error', attempts: 2 }, returns: 'charged' } },
        { do: 'run', id: 'pack' },
      ])
      assert.deepEqual(lastRun(status).output, ['charged', null])
      assert.deepEqual(stepAttempts(t, status.id), ['charge/1', 'charge/2', 'charge/3', 'pack/1'])
      const keys = idempotencyKeysOf(t, status.id, 'charge')
      assert.ok(typeof keys[0] === 'string' && keys[0] !== '')
      assert.equal(new Set(keys).size, 1)
      assert.notEqual(idempotencyKeysOf(t, status.id, 'pack')[0], keys[0])
      const { initialDelayMs } = t.definition('conformance-workflow').retry
      const threw = t.journal({ jobId: status.id, kind: 'threw' })
      const began = t.journal({ jobId: status.id, kind: 'step' })
      for (const [index, { at }] of threw.entries()) {
        t.expectDelay(began[index + 1]!.at - at, {
          description: `Attempt ${index + 2} of the step`,
          computedMs: t.retryDelay(initialDelayMs),
          toleranceMs: t.capabilities.retryToleranceMs,
        })
      }
    },
  },
  {
    id: 'workflow-step-own-retry',
    title: 'a step can have its own retry policy; after its last attempt the run fails, with the error as the cause',
    requiredFeatures: ['workflows'],
    async run(t) {
      const retry = { maxAttempts: 2, backoff: 'linear', initialDelay: t.retryDelay(100) } as const
      const status = await runProgram(t, [
        { do: 'run', id: 'charge', retry, script: { failure: { as: 'error' } } },
        { do: 'run', id: 'never' },
      ])
      assert.deepEqual([status.state, stepAttempts(t, status.id)], ['failed', ['charge/1', 'charge/2']])
      const { error } = lastRun(status)
      assert.deepEqual([error?.name, error?.code], ['StepFailedError', 'step_failed'])
      assert.match(error!.message, /`charge`/)
      const { name, code, message } = error!.cause!
      assert.deepEqual(
        [name, code, message],
        ['ConformanceFailure', 'failed_on_purpose', 'failed on purpose in attempt 2'],
      )
    },
  },
  {
    id: 'workflow-step-non-retryable',
    title: '`NonRetryableError` ends a step immediately, and `RetryAfterError` sets the delay before its next attempt',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(t, [
        { do: 'catch', program: [{ do: 'run', id: 'broken', script: { failure: { as: 'nonRetryable' } } }] },
        { do: 'run', id: 'later', script: { failure: { as: 'retryAfter', afterMs: 2000, attempts: 1 } } },
      ])
      assert.equal(status.state, 'completed')
      assert.deepEqual(stepAttempts(t, status.id), ['broken/1', 'later/1', 'later/2'])
      const [, first, second] = t.journal({ jobId: status.id, kind: 'step' })
      const { retryToleranceMs: toleranceMs } = t.capabilities
      t.expectDelay(second!.at - first!.at, { description: 'The second attempt', computedMs: 2000, toleranceMs })
    },
  },
  {
    id: 'workflow-step-timeout',
    title: 'a step attempt over its timeout is aborted and counts as failed',
    requiredFeatures: ['workflows', 'timeout'],
    async run(t) {
      const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: t.retryDelay(100) } as const
      const status = await runProgram(t, [{ do: 'run', id: 'slow', retry, timeout: 300, script: { waitMs: 600_000 } }])
      assert.equal(status.state, 'failed')
      assert.equal(lastRun(status).error?.cause?.code, 'job_timeout')
      assert.deepEqual(stepAttempts(t, status.id), ['slow/1', 'slow/2'])
      assert.equal(t.journal({ jobId: status.id, kind: 'aborted' }).length, 2)
    },
  },
  {
    id: 'workflow-caught-failure',
    title: 'code that catches the failure of a step continues, and the run completes',
    requiredFeatures: ['workflows'],
    async run(t) {
      const retry = { maxAttempts: 1 }
      const result = await resultOf(t, [
        { do: 'catch', program: [{ do: 'run', id: 'charge', retry, script: { failure: { as: 'error' } } }] },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'run', id: 'otherwise', script: { returns: 'by invoice' } },
      ])
      const [caught, otherwise] = result as [{ code: string; cause: { name: string; code: string } }, unknown]
      assert.deepEqual(
        [caught.code, caught.cause.name, caught.cause.code],
        ['step_failed', 'ConformanceFailure', 'failed_on_purpose'],
      )
      assert.equal(otherwise, 'by invoice')
    },
  },
  {
    id: 'workflow-step-result-not-json',
    title: 'a step whose result is not JSON or is over the limit fails without a retry',
    requiredFeatures: ['workflows'],
    async run(t) {
      const bytes = (t.capabilities.maxStepOutputBytes ?? 120 * 1024) + 1
      const status = await runProgram(t, [
        { do: 'catch', program: [{ do: 'run', id: 'odd', script: { returnsOdd: 'loneSurrogate' } }] },
        { do: 'catch', program: [{ do: 'run', id: 'large', script: { returnsBytes: bytes } }] },
      ])
      const caught = lastRun(status).output as { cause: { code: string; message: string } }[]
      assert.deepEqual(
        caught.map(({ cause }) => cause.code),
        ['not_serializable', 'output_too_large'],
      )
      assert.match(caught[1]!.cause.message, /conformance-workflow\/large/)
      assert.deepEqual(stepAttempts(t, status.id), ['odd/1', 'large/1'])
    },
  },
  {
    id: 'workflow-steps-in-status',
    title: 'the status has the id, kind, state, attempts, times and output of each step',
    requiredFeatures: ['workflows', 'status.steps'],
    async run(t) {
      const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: t.retryDelay(100) } as const
      const status = await runProgram(t, [
        { do: 'run', id: 'one', retry, script: { returns: [1], failure: { as: 'error', attempts: 1 } } },
        {
          do: 'catch',
          program: [{ do: 'run', id: 'two', retry: { maxAttempts: 1 }, script: { failure: { as: 'error' } } }],
        },
        { do: 'sleep', id: 'nap', ms: 1000 },
        { do: 'send', id: 'tell', event: 'conformance.nobody' },
      ])
      const steps = lastRun(status).steps ?? []
      assert.deepEqual(
        steps.map(({ id, kind, state }) => [id, kind, state]),
        [
          ['one', 'run', 'completed'],
          ['two', 'run', 'failed'],
          ['nap', 'sleep', 'completed'],
          ['tell', 'sendEvent', 'completed'],
        ],
      )
      const [one, two, nap] = steps
      assert.deepEqual([one?.attempts, one?.output, two?.attempts], [2, [1], 1])
      assert.equal(two?.error?.code, 'failed_on_purpose')
      for (const step of steps) assert.ok(step.startedAt && step.endedAt && step.startedAt <= step.endedAt)
      assert.ok(nap!.endedAt!.getTime() - nap!.startedAt!.getTime() >= 998)
      assert.equal(stepIn(status, 'one')?.maxAttempts, 2)
    },
  },
])
