import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { refusedOutput } from '../conformance-returned-errors.ts'
import { lastRun, runProgram, stepAttempts } from '../workflow-tools.ts'

const failure = { success: false, error: { message: 'returned on purpose' } }
const finalFailure = { success: false, error: { message: 'returned on purpose', retryable: false } }

/** Cases: the option `returnedErrors`. */
export const returnedErrorCases: readonly ConformanceCase[] = casesOf(rules.retries, [
  {
    id: 'returned-error-is-retried',
    title: 'with `returnedErrors: true`, an output with `success: false` fails the attempt, which is retried',
    async run(t) {
      const { id } = await t.send('conformance.returned-errors', { returnsFirst: failure, returns: { success: true } })
      const status = await t.waitForEnd(id)
      const { state, attempts, output, error } = lastRun(status)
      assert.deepEqual([state, attempts, output, error], ['completed', 2, { success: true }, undefined])
      const [first] = t.journal({ jobId: id, kind: 'returned' })
      const [, second] = t.journal({ jobId: id, kind: 'started' })
      const computedMs = t.retryDelay(t.definition('conformance-returned-errors').retry.initialDelayMs)
      const { retryToleranceMs: toleranceMs } = t.capabilities
      t.expectDelay(second!.at - first!.at, { description: 'The second attempt', computedMs, toleranceMs })
    },
  },
  {
    id: 'returned-error-fails-the-run',
    title: 'a run whose attempts all return failures fails with the returned message and value, and calls `onFailure`',
    async run(t) {
      const { id } = await t.send('conformance.returned-errors', { returns: failure })
      const { state, attempts, error } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([state, attempts, error?.code, error?.message], ['failed', 3, 'returned', 'returned on purpose'])
      assert.deepEqual(JSON.parse(error!.cause!.message), failure)
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'returned-error-is-final',
    title: 'a returned failure with `error.retryable: false` fails the run without a retry',
    async run(t) {
      const { id } = await t.send('conformance.returned-errors', { returns: finalFailure })
      const { state, attempts, error } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([state, attempts, error?.code], ['failed', 1, 'returned'])
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'returned-error-of-the-client',
    title: "the client's `returnedErrors` fails the attempts of a definition without the option, which are retried",
    async run(t) {
      const { id } = await t.send('conformance.fixed', { returnsFirst: refusedOutput, returns: 'accepted' })
      const { state, attempts, output } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([state, attempts, output], ['completed', 2, 'accepted'])
    },
  },
  {
    id: 'returned-error-is-an-output-by-default',
    title: 'an output with `success: false` completes the run, unless an option calls it a failure',
    async run(t) {
      const { id } = await t.send('conformance.plain', { returns: failure })
      const { state, attempts, output } = lastRun(await t.waitForEnd(id))
      assert.deepEqual([state, attempts, output], ['completed', 1, failure])
    },
  },
  {
    id: 'workflow-returned-error',
    title:
      'with `returnedErrors`, a failure that a workflow returns is retried without its completed steps, then compensated',
    requiredFeatures: ['workflows'],
    async run(t) {
      const status = await runProgram(
        t,
        [{ do: 'run', id: 'charge', script: { returns: failure }, compensation: {} }],
        {
          event: 'conformance.workflow-returned-errors',
        },
      )
      const { state, attempts, error } = lastRun(status)
      assert.deepEqual([state, attempts, error?.message], ['failed', 3, 'the workflow returned a failure'])
      assert.deepEqual(stepAttempts(t, status.id), ['charge/1'])
      assert.deepEqual(stepAttempts(t, status.id, 'compensated'), ['charge/1'])
    },
  },
])
