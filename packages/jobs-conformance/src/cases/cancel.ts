import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

/** Time after a cancel in which a handler that is wrongly not cancelled would start, in milliseconds. */
const lateStartMs = 10_000

/** Cases: cancelling a job in every state. */
export const cancelCases: readonly ConformanceCase[] = casesOf(rules.cancelAndRetry, [
  {
    id: 'cancel-scheduled',
    title: 'a cancelled scheduled job never starts',
    requiredFeatures: ['delay', 'cancelJob of a waiting job'],
    async run(t) {
      const delay = t.longerThan(4000)
      const { id } = await t.send('conformance.fan-out', {}, { options: { delay } })
      const status = await t.client.cancelJob(id)
      assert.equal(status.state, 'cancelled')
      assert.ok(status.endedAt instanceof Date)
      await t.advance(delay + 1500)
      assert.equal((await t.client.getJobStatus(id)).state, 'cancelled')
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
    },
  },
  {
    id: 'cancel-at-once',
    title: 'a job can be cancelled as soon as its send resolves',
    requiredFeatures: ['cancelJob of a waiting job', 'cancelJob of a running job'],
    async run(t) {
      const waitMs = t.longerThan(30_000)
      const { id } = await t.send('conformance.fan-out', { waitMs })
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      // An engine may end the process of a handler that begins just now before its signal is aborted.
      await t.advance(waitMs + lateStartMs)
      assert.deepEqual(t.journal({ jobId: id, kind: 'returned' }), [])
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      for (const run of status.runs) assert.equal(run.state, 'cancelled')
    },
  },
  {
    id: 'cancel-queued',
    title: 'a cancelled queued job never starts and blocks no other job',
    requiredFeatures: ['concurrency.perTenant', 'cancelJob of a waiting job'],
    async run(t) {
      const first = await t.send('conformance.one-per-tenant', { isHeld: true })
      await t.waitForEntry({ jobId: first.id, kind: 'started' })
      const second = await t.send('conformance.one-per-tenant')
      await t.waitForState(second.id, 'queued')
      const third = await t.send('conformance.one-per-tenant')
      assert.equal((await t.client.cancelJob(second.id)).state, 'cancelled')
      t.release(first.id)
      assert.equal((await t.waitForEnd(first.id)).state, 'completed')
      assert.equal((await t.waitForEnd(third.id)).state, 'completed')
      assert.deepEqual(t.journal({ jobId: second.id, kind: 'started' }), [])
    },
  },
  {
    id: 'cancel-running',
    title: "cancelling a running job aborts its signal within the engine's tolerance",
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', { waitMs: 600_000 })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      await t.waitForState(id, 'running')
      const cancelledAt = t.now()
      const status = await t.client.cancelJob(id)
      const answeredAt = t.now()
      assert.equal(status.state, 'cancelled')
      assert.deepEqual(
        status.runs.map(({ state }) => state),
        ['cancelled'],
      )
      const { at, details } = await t.waitForEntry({ jobId: id, kind: 'aborted' })
      assert.equal(details['reason'], 'JobCancelledError')
      const toleranceMs = t.capabilities.abortToleranceMs + answeredAt - cancelledAt
      t.expectDelay(at - cancelledAt, { description: 'The abort', computedMs: 0, toleranceMs })
      await t.advance(500)
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1, 'A cancelled job was retried.')
    },
  },
  {
    id: 'cancel-retrying',
    title: 'a job that is cancelled while it waits for a retry makes no further attempt',
    requiredFeatures: ['cancelJob of a waiting job'],
    async run(t) {
      const afterMs = t.longerThan(2500)
      const { id } = await t.send('conformance.plain', { failure: { as: 'retryAfter', afterMs } })
      await t.waitForEntry({ jobId: id, kind: 'threw' })
      await t.advance(200)
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      await t.advance(afterMs + 1500)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'cancelled')
      assert.equal(status.runs[0]?.attempts, 1)
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'cancel-what-is-left',
    title: 'cancel ends the open runs of a job and does not change the ended ones',
    requiredFeatures: ['cancelJob of a running job'],
    async run(t) {
      const scripts = { 'conformance-fan-out-b': { waitMs: 600_000 }, 'conformance-fan-out-c': { waitMs: 600_000 } }
      const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts } })
      await t.waitUntil('one run has completed and two are running', async () => {
        const { runs } = await t.client.getJobStatus(id)
        const states = runs.map(({ state }) => state).toSorted()
        return states.join() === 'completed,running,running'
      })
      for (const definition of Object.keys(scripts)) await t.waitForEntry({ jobId: id, kind: 'started', definition })
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
      const { runs } = await t.client.getJobStatus(id)
      assert.deepEqual(Object.fromEntries(runs.map((run) => [run.definitionId.at(-1), run.state])), {
        a: 'completed',
        b: 'cancelled',
        c: 'cancelled',
      })
      await t.waitUntil('both signals were aborted', () => t.journal({ jobId: id, kind: 'aborted' }).length === 2)
    },
  },
  {
    id: 'cancel-twice',
    title: 'a second cancel returns the same result',
    requiredFeatures: ['delay', 'cancelJob of a waiting job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
      const [first, second] = await Promise.all([t.client.cancelJob(id), t.client.cancelJob(id)])
      assert.deepEqual([first.state, second.state], ['cancelled', 'cancelled'])
      const third = await t.client.cancelJob(id)
      assert.equal(third.state, 'cancelled')
      assert.deepEqual(third.endedAt, first.endedAt)
    },
  },
  {
    id: 'cancel-after-the-end',
    title: 'a cancel does not change a job that has ended, and returns its final state',
    async run(t) {
      const good = await t.send('conformance.plain', { returns: 'kept' })
      const bad = await t.send('conformance.once', { failure: { as: 'error' } })
      const before = await t.waitForEnd(good.id)
      await t.waitForEnd(bad.id)
      assert.deepEqual(await t.client.cancelJob(good.id), before)
      assert.equal((await t.client.cancelJob(bad.id)).state, 'failed')
      assert.deepEqual(await t.client.getJobStatus(good.id), before)
    },
  },
])
