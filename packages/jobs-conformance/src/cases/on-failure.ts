import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: `onFailure` is called once, after the last attempt. */
export const onFailureCases: readonly ConformanceCase[] = casesOf(rules.retries, [
  {
    id: 'on-failure-once',
    title: '`onFailure` is called once, after the last attempt, with its error, the event and the context',
    async run(t) {
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error' } }, { payload: { word: 'kept' } })
      const status = await t.waitForEnd(id)
      await t.advance(300)
      const reports = t.journal({ jobId: id, kind: 'onFailure' })
      assert.equal(reports.length, 1)
      const { details, attempt, maxAttempts, runId, tenantId, at } = reports[0]!
      assert.deepEqual([attempt, maxAttempts, runId, tenantId], [2, 2, status.runs[0]?.id, t.tenantId])
      assert.deepEqual(
        [details['isError'], details['name'], details['message']],
        [true, 'ConformanceFailure', 'failed on purpose in attempt 2'],
      )
      assert.deepEqual(details['payload'], { tenantId: t.tenantId, word: 'kept' })
      assert.equal((details['event'] as { id: string }).id, id)
      assert.ok(at >= t.journal({ jobId: id, kind: 'threw', attempt: 2 })[0]!.at)
    },
  },
  {
    id: 'on-failure-not-after-success',
    title: '`onFailure` is not called if a later attempt succeeds',
    async run(t) {
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error', attempts: 1 } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      await t.advance(300)
      assert.deepEqual(t.journal({ jobId: id, kind: 'onFailure' }), [])
    },
  },
  {
    id: 'on-failure-after-non-retryable',
    title: '`onFailure` is called after `NonRetryableError`, in the attempt that threw it',
    async run(t) {
      const { id } = await t.send('conformance.reporting', { failure: { as: 'nonRetryable' } })
      await t.waitForEnd(id)
      await t.advance(300)
      const reports = t.journal({ jobId: id, kind: 'onFailure' })
      assert.deepEqual(
        reports.map(({ attempt, details }) => [attempt, details['name']]),
        [[1, 'NonRetryableError']],
      )
    },
  },
  {
    id: 'on-failure-that-throws',
    title: "an error thrown by `onFailure` does not replace the run's error",
    async run(t) {
      const { id } = await t.send('conformance.reporting', { failure: { as: 'error' }, onFailureThrows: true })
      const status = await t.waitForEnd(id)
      await t.advance(300)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.error?.name, 'ConformanceFailure')
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 2)
    },
  },
  {
    id: 'on-failure-not-after-cancel',
    title: '`onFailure` is not called for a cancelled job',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const { id } = await t.send('conformance.reporting', { waitMs: 600_000 })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      await t.client.cancelJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'cancelled')
      await t.waitForEntry({ jobId: id, kind: 'aborted' })
      await t.advance(300)
      assert.deepEqual(t.journal({ jobId: id, kind: 'onFailure' }), [])
    },
  },
])
