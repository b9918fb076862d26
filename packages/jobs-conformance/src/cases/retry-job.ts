import assert from 'node:assert/strict'

import type { JobNotRetryableError } from '@cgk-platform/jobs-core/errors'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: `retryJob`. */
export const retryJobCases: readonly ConformanceCase[] = casesOf(rules.cancelAndRetry, [
  {
    id: 'retry-runs-failed-definitions-alone',
    title: 'a retry keeps the job and repeats only its failed runs',
    requiredFeatures: ['retryJob'],
    async run(t) {
      const scripts = { 'conformance-fan-out-b': { failure: { as: 'nonRetryable', runs: 1 } } }
      const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts, word: 'kept' } })
      const before = await t.waitForEnd(id)
      assert.equal(before.state, 'failed')
      const handle = await t.client.retryJob(id)
      assert.deepEqual([handle.id, handle.event, handle.tenantId], [id, 'conformance.fan-out', t.tenantId])
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'completed')
      const started = t.journal({ jobId: id, kind: 'started' }).map(({ definition }) => definition.slice(-1))
      assert.deepEqual(started.toSorted(), ['a', 'b', 'b', 'c'])
      assert.equal(status.runs.length, 4)
      const payloads = t.journal({ jobId: id, kind: 'started' }).map(({ details }) => details['payload'])
      for (const payload of payloads) assert.deepEqual(payload, { tenantId: t.tenantId, word: 'kept' })
    },
  },
  {
    id: 'retry-links-its-run',
    title: 'the new run has `retryOf`, its own id, and counts its attempts from 1',
    requiredFeatures: ['retryJob'],
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', runs: 1 } })
      const [failed] = (await t.waitForEnd(id)).runs
      await t.client.retryJob(id)
      const { runs, state } = await t.waitForEnd(id)
      assert.equal(state, 'completed')
      assert.deepEqual(
        runs.map((run) => [run.definitionId, run.state, run.attempts, run.maxAttempts, run.retryOf]),
        [
          ['conformance-fixed', 'failed', 3, 3, undefined],
          ['conformance-fixed', 'completed', 1, 3, failed!.id],
        ],
      )
      assert.notEqual(runs[1]!.id, failed!.id)
      const [entry] = t.journal({ jobId: id, runId: runs[1]!.id, kind: 'started' })
      assert.deepEqual([entry?.attempt, entry?.maxAttempts], [1, 3])
    },
  },
  {
    id: 'retry-reopens-the-job',
    title: "after a retry, the job's state follows its newest runs",
    requiredFeatures: ['retryJob'],
    async run(t) {
      const waitMs = t.longerThan(1500) // so that the status is read before the end
      const { id } = await t.send('conformance.once', { waitMs, failure: { as: 'error', runs: 1 } })
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await t.client.retryJob(id)
      const status = await t.client.getJobStatus(id)
      assert.ok(['queued', 'running'].includes(status.state), `The job is \`${status.state}\`.`)
      assert.equal(status.endedAt, undefined)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'retry-at-once-twice',
    title: 'two concurrent retries create one run',
    requiredFeatures: ['retryJob'],
    async run(t) {
      const { id } = await t.send('conformance.reporting', { waitMs: 300, failure: { as: 'error', runs: 1 } })
      await t.waitForEnd(id)
      const answers = await Promise.allSettled([t.client.retryJob(id), t.client.retryJob(id), t.client.retryJob(id)])
      assert.ok(answers.some(({ status }) => status === 'fulfilled'))
      for (const answer of answers) {
        if (answer.status === 'rejected') await t.expectError('job_not_retryable', () => Promise.reject(answer.reason))
        else assert.equal(answer.value.id, id)
      }
      assert.equal((await t.waitForEnd(id)).runs.length, 2)
      await t.advance(500)
      const runIds = t.journal({ jobId: id, kind: 'started' }).map(({ runId }) => runId)
      assert.equal(new Set(runIds).size, 2)
    },
  },
  {
    id: 'retry-at-once-by-two-clients',
    title: 'two clients that retry a job at the same moment create one run',
    requiredFeatures: ['retryJob'],
    requiredEquipment: ['anotherClient'],
    async run(t) {
      const clients = [t.client, await t.engine.anotherClient!()]
      const retryAtOnce = async (): Promise<void> => {
        const { id } = await t.send('conformance.reporting', { waitMs: 300, failure: { as: 'error', runs: 1 } })
        await t.waitForEnd(id)
        const answers = await Promise.allSettled(clients.map((client) => client.retryJob(id)))
        assert.ok(answers.some(({ status }) => status === 'fulfilled'))
        for (const answer of answers) {
          if (answer.status === 'fulfilled') continue
          await t.expectError('job_not_retryable', () => Promise.reject(answer.reason))
        }
        assert.equal((await t.waitForEnd(id)).state, 'completed')
        await t.advance(500)
        assert.equal((await t.client.getJobStatus(id)).runs.length, 2)
        const runIds = t.journal({ jobId: id, kind: 'started' }).map(({ runId }) => runId)
        assert.equal(new Set(runIds).size, 2)
      }
      await Promise.all(Array.from({ length: 5 }, retryAtOnce))
      await clients[1]!.close()
    },
  },
  {
    id: 'retry-again',
    title: 'a failed retry can be retried, and `onFailure` is called once per run',
    requiredFeatures: ['retryJob'],
    async run(t) {
      const { id } = await t.send('conformance.reporting', { failure: { as: 'nonRetryable', runs: 2 } })
      await t.waitForEnd(id)
      await t.client.retryJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await t.client.retryJob(id)
      const { runs, state } = await t.waitForEnd(id)
      assert.equal(state, 'completed')
      assert.deepEqual(
        runs.map(({ retryOf }) => retryOf),
        [undefined, runs[0]!.id, runs[1]!.id],
      )
      await t.advance(300)
      const reports = t.journal({ jobId: id, kind: 'onFailure' }).map(({ runId }) => runId)
      assert.deepEqual(reports, [runs[0]!.id, runs[1]!.id])
    },
  },
  {
    id: 'retry-of-what-has-not-failed',
    title: 'a job that completed, was cancelled, waits or is running cannot be retried and does not change',
    requiredFeatures: ['retryJob', 'delay', 'cancelJob of a waiting job'],
    async run(t) {
      const completed = await t.send('conformance.plain')
      const cancelled = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
      const scheduled = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
      await t.waitForEnd(completed.id)
      await t.client.cancelJob(cancelled.id)
      const running = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: running.id, kind: 'started' })
      await t.waitForState(running.id, 'running')
      const jobs = { completed, cancelled, scheduled, running }
      for (const [state, { id }] of Object.entries(jobs)) {
        const error = await t.expectError('job_not_retryable', () => t.client.retryJob(id))
        assert.equal((error as JobNotRetryableError).state, state)
      }
      await t.advance(1000)
      t.release(running.id)
      assert.equal((await t.waitForEnd(running.id)).state, 'completed')
      for (const { id } of Object.values(jobs)) assert.ok((await t.client.getJobStatus(id)).runs.length <= 1)
      assert.equal((await t.client.cancelJob(scheduled.id)).state, 'cancelled')
    },
  },
  {
    id: 'cancel-of-a-retry',
    title: 'a retried job can be cancelled and is then cancelled, not failed',
    requiredFeatures: ['retryJob', 'cancelJob of a running job'],
    async run(t) {
      const waitMs = t.longerThan(2000) // so that the cancel arrives before the end
      const { id } = await t.send('conformance.once', { waitMs, failure: { as: 'error' } })
      await t.waitForEnd(id)
      await t.client.retryJob(id)
      await t.waitUntil('the new run has started', () => t.journal({ jobId: id, kind: 'started' }).length === 2)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await t.advance(waitMs + 1000)
      const { state, runs } = await t.client.getJobStatus(id)
      assert.equal(state, 'cancelled')
      assert.deepEqual(
        runs.map((run) => run.state),
        ['failed', 'cancelled'],
      )
      await t.expectError('job_not_retryable', () => t.client.retryJob(id))
    },
  },
])
