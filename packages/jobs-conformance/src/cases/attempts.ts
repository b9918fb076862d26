import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { ScriptedFailure } from '../script.ts'
import { casesOf } from '../cases-of.ts'

/** Awaits the end of a job and returns its attempts, as its handler saw them. Checks them against the status. */
async function attemptsOf(t: CaseTools, jobId: string): Promise<number[]> {
  const { runs } = await t.waitForEnd(jobId)
  await t.advance(300)
  const started = t.journal({ jobId, kind: 'started' })
  assert.equal(
    runs[0]?.attempts,
    started.length,
    'The number of attempts in the status differs from the calls of the handler.',
  )
  for (const { maxAttempts } of started) assert.equal(maxAttempts, runs[0].maxAttempts)
  return started.map(({ attempt }) => attempt)
}

/** Cases: how often a failed attempt is retried. */
export const attemptCases: readonly ConformanceCase[] = casesOf(rules.retries, [
  {
    id: 'attempts-are-counted-from-one',
    title: 'a job that always fails uses all its attempts, counted from 1, then fails',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error' } })
      assert.deepEqual(await attemptsOf(t, id), [1, 2, 3])
      assert.equal((await t.client.getJobStatus(id)).state, 'failed')
    },
  },
  {
    id: 'a-later-attempt-completes',
    title: 'a job whose second attempt succeeds completes and reports no error',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', attempts: 1 }, returns: 'second' })
      assert.deepEqual(await attemptsOf(t, id), [1, 2])
      const [run] = (await t.client.getJobStatus(id)).runs
      assert.deepEqual([run?.state, run?.output, run?.error], ['completed', 'second', undefined])
    },
  },
  {
    id: 'one-attempt-is-no-retry',
    title: '`maxAttempts: 1` means no retry',
    async run(t) {
      const { id } = await t.send('conformance.once', { failure: { as: 'error' } })
      assert.deepEqual(await attemptsOf(t, id), [1])
    },
  },
  {
    id: 'non-retryable-ends-at-once',
    title: '`NonRetryableError` ends the run immediately, even if attempts remain',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'nonRetryable' } })
      assert.deepEqual(await attemptsOf(t, id), [1])
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.error?.name, 'NonRetryableError')
      assert.equal(status.runs[0].error.message, 'failed on purpose in attempt 1')
    },
  },
  {
    id: 'retry-after-adds-no-attempt',
    title: '`RetryAfterError` in the last attempt fails the run',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'retryAfter', afterMs: 100 } })
      assert.deepEqual(await attemptsOf(t, id), [1, 2, 3])
      assert.equal((await t.client.getJobStatus(id)).state, 'failed')
    },
  },
  {
    id: 'a-send-lowers-max-attempts',
    title: 'a send can lower the number of attempts, for this job only',
    requiredFeatures: ['maxAttempts of a send, lowered'],
    async run(t) {
      const failure: ScriptedFailure = { as: 'error' }
      const lowered = await t.send('conformance.linear', { failure }, { options: { maxAttempts: 2 } })
      const single = await t.send('conformance.linear', { failure }, { options: { maxAttempts: 1 } })
      const usual = await t.send('conformance.linear', { failure })
      assert.deepEqual(await attemptsOf(t, lowered.id), [1, 2])
      assert.deepEqual(await attemptsOf(t, single.id), [1])
      assert.deepEqual(await attemptsOf(t, usual.id), [1, 2, 3, 4])
      assert.equal(t.journal({ jobId: lowered.id, kind: 'started' })[0]?.maxAttempts, 2)
    },
  },
  {
    id: 'a-send-raises-max-attempts',
    title: 'a send can raise the number of attempts, for this job only',
    requiredFeatures: ['maxAttempts of a send, raised'],
    async run(t) {
      const raised = await t.send('conformance.fixed', { failure: { as: 'error' } }, { options: { maxAttempts: 5 } })
      const from1 = await t.send(
        'conformance.once',
        { failure: { as: 'error', attempts: 1 } },
        { options: { maxAttempts: 2 } },
      )
      const usual = await t.send('conformance.once', { failure: { as: 'error' } })
      assert.deepEqual(await attemptsOf(t, raised.id), [1, 2, 3, 4, 5])
      assert.deepEqual(await attemptsOf(t, from1.id), [1, 2])
      assert.deepEqual(await attemptsOf(t, usual.id), [1])
    },
  },
  {
    id: 'wrong-max-attempts',
    title: 'a send with an invalid number of attempts throws',
    async run(t) {
      for (const maxAttempts of [0, -1, 1.5, Number.NaN, 1001, '3', null]) {
        await t.expectError('invalid_option', () => t.send('conformance.nobody', {}, { options: { maxAttempts } }))
      }
    },
  },
  {
    id: 'whatever-is-thrown-is-a-failure',
    title:
      'a thrown string, `undefined`, `null`, object or revoked proxy is retried like an error and reported as `NonError`',
    async run(t) {
      const thrown: [as: ScriptedFailure['as'], word: string][] = [
        ['string', 'failed on purpose in attempt 2'],
        ['undefined', 'undefined'],
        ['null', 'null'],
        ['object', 'problem'],
        ['plainObject', 'failed on purpose in attempt 2'],
        ['revokedProxy', 'cannot be read'],
      ]
      const jobs = await Promise.all(thrown.map(([as]) => t.send('conformance.reporting', { failure: { as } })))
      for (const [index, { id }] of jobs.entries()) {
        const status = await t.waitForEnd(id)
        assert.equal(status.state, 'failed')
        assert.deepEqual(await attemptsOf(t, id), [1, 2])
        assert.equal(status.runs[0]?.error?.name, 'NonError')
        assert.ok(status.runs[0].error.message.includes(thrown[index]![1]), status.runs[0].error.message)
        assert.equal(t.journal({ jobId: id, kind: 'onFailure' })[0]?.details['isError'], true)
      }
    },
  },
  {
    id: 'long-errors-are-cut',
    title: 'the texts of an error and of its cause are cut to 16,384 characters',
    async run(t) {
      const { id } = await t.send('conformance.once', { failure: { as: 'longError' } })
      const { error } = (await t.waitForEnd(id)).runs[0]!
      assert.match(error!.message, /^failed on purpose in attempt 1: x+/)
      for (const text of [error!.message, error!.stack ?? '', error!.cause?.message ?? '', error!.cause?.stack ?? '']) {
        assert.ok(text.length <= 16_384, `${text.length} characters of ${text.slice(0, 40)}`)
      }
    },
  },
])
