import assert from 'node:assert/strict'

import { batchesOf, endsOf, sendAll, twoBatchesOf } from '../batch-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { batchWaitMs } from '../conformance-jobs.ts'
import { middlewareTenant } from '../conformance-middleware.ts'
import type { Script } from '../script.ts'
import { sentWithin } from '../sent-within.ts'

const completed = ['completed', 1]

/** Cases: control of batches, hooks and middleware. */
export const batchControlCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'batch-cancel-of-a-waiting-event',
    title: 'a cancelled event is taken out of the batch that it waits for',
    requiredFeatures: ['batches', 'cancelJob of a waiting job'],
    async run(t) {
      const { id: cancelled } = await t.send('conformance.batched-full')
      await t.waitForState(cancelled, 'queued')
      await t.client.cancelJob(cancelled)
      const ids = await sendAll(t, 'conformance.batched-full', [{}, {}])
      assert.deepEqual(await endsOf(t, ids), [completed, completed])
      assert.deepEqual(batchesOf(t, ids[0]!), [ids])
      assert.deepEqual(batchesOf(t, cancelled), [])
      assert.equal((await t.client.getJobStatus(cancelled)).state, 'cancelled')
    },
  },
  {
    id: 'batch-cancel-of-a-running-event',
    title: 'a cancel of one event of a running batch ends its job, and the others complete',
    requiredFeatures: ['batches', 'cancelJob of a running job'],
    async run(t) {
      const isHeld = true
      const ids = await sendAll(t, 'conformance.batched-full', [{ isHeld }, { isHeld, returns: 'kept' }])
      await t.waitForEntry({ jobId: ids[1]!, kind: 'started' })
      assert.equal((await t.client.cancelJob(ids[0]!)).state, 'cancelled')
      await t.advance(1000)
      for (const id of ids) t.release(id)
      assert.deepEqual(await endsOf(t, ids), [['cancelled', 1], completed])
      assert.equal((await t.client.getJobStatus(ids[1]!)).runs[0]?.output, 'kept')
      assert.deepEqual(t.journal({ tenantId: t.tenantId, kind: 'aborted' }), [])
    },
  },
  {
    id: 'batch-cancel-of-all-events',
    title: 'all jobs of a running batch are listed as running, and its signal aborts when all are cancelled',
    requiredFeatures: ['batches', 'cancelJob of a running job', 'listJobs'],
    async run(t) {
      const ids = await sendAll(t, 'conformance.batched-full', [{ waitMs: 600_000 }, { waitMs: 600_000 }])
      await t.waitForEntry({ jobId: ids[1]!, kind: 'started' })
      const { jobs } = await t.client.listJobs({ tenantId: t.tenantId, state: 'running' })
      assert.deepEqual(jobs.map((job) => job.id).toSorted(), ids.toSorted())
      for (const id of ids) await t.client.cancelJob(id)
      for (const id of ids) await t.waitForEntry({ jobId: id, kind: 'aborted' })
      assert.deepEqual(await endsOf(t, ids), [
        ['cancelled', 1],
        ['cancelled', 1],
      ])
    },
  },
  {
    id: 'batch-timeout',
    title: 'the timeout of a batch fails all its events',
    requiredFeatures: ['batches', 'timeout'],
    async run(t) {
      const ids = await sendAll(t, 'conformance.batched-timeout', [{ waitMs: 600_000 }, {}])
      assert.deepEqual(await endsOf(t, ids), [
        ['failed', 1],
        ['failed', 1],
      ])
      for (const id of ids) {
        const { runs } = await t.client.getJobStatus(id)
        assert.equal(runs[0]?.error?.code, 'job_timeout')
      }
    },
  },
  {
    id: 'batch-holds-one-slot',
    title: 'a batch holds one slot of a concurrency limit',
    requiredFeatures: ['batches', 'concurrency.perTenant'],
    async run(t) {
      const script = { waitMs: 300 }
      const ids = await sendAll(t, 'conformance.batched-one-per-tenant', [script, script, script, script])
      for (const end of await endsOf(t, ids)) assert.deepEqual(end, completed)
      const [first, second] = twoBatchesOf(t, ids)
      const [returned] = t.journal({ jobId: first, kind: 'returned' })
      const [started] = t.journal({ jobId: second, kind: 'started' })
      assert.ok(started!.at >= returned!.at, 'Two batches overlapped.')
    },
  },
  {
    id: 'batch-is-one-start',
    title: 'a batch is one start of a throttle',
    requiredFeatures: ['batches', 'throttle'],
    async run(t) {
      const sentAt = t.now()
      const ids = await sendAll(t, 'conformance.batched-throttled', [{}, {}, {}, {}])
      const toleranceMs = 5000 + t.now() - sentAt
      for (const end of await endsOf(t, ids)) assert.deepEqual(end, completed)
      const [, second] = twoBatchesOf(t, ids)
      const secondAt = t.journal({ jobId: second, kind: 'started' })[0]!.at
      t.expectDelay(secondAt - sentAt, { description: 'the second batch', computedMs: 1000, toleranceMs })
    },
  },
  {
    id: 'batch-retry-is-no-start',
    title: 'a batch that a retry starts does not wait for a throttle, and takes a waiting event along',
    requiredFeatures: ['batches', 'throttle'],
    async run(t) {
      const failing: Script = { failure: { as: 'retryAfter', afterMs: t.retryDelay(t.longerThan(2000)), attempts: 1 } }
      const ids = await sendAll(t, 'conformance.batched-week', [failing, {}])
      await t.waitForState(ids[0]!, 'retrying')
      const { id: later } = await t.send('conformance.batched-week')
      assert.deepEqual(await endsOf(t, [...ids, later]), [['completed', 2], completed, completed])
      assert.deepEqual(batchesOf(t, later), [[ids[0]!, later]])
      const [first, again] = t.journal({ jobId: ids[0]!, kind: 'started' })
      assert.ok(again!.at - first!.at < 86_400_000, 'The retry waited for the throttle.')
    },
  },
  {
    id: 'batch-retry-job',
    title: '`retryJob` starts a new run of one failed event of a batch',
    requiredFeatures: ['batches', 'retryJob'],
    async run(t) {
      const scripts: Script[] = [{ failure: { as: 'nonRetryable', runs: 1 } }, {}, {}]
      const ids = await sentWithin(t, batchWaitMs, () => sendAll(t, 'conformance.batched', scripts, t.unique('tenant')))
      assert.deepEqual(await endsOf(t, ids), [['failed', 1], completed, completed])
      await t.client.retryJob(ids[0]!)
      const { state, runs } = await t.waitForEnd(ids[0]!)
      assert.deepEqual([state, runs.length, runs[1]?.retryOf], ['completed', 2, runs[0]!.id])
      assert.deepEqual(batchesOf(t, ids[0]!), [ids, [ids[0]]])
    },
  },
  {
    id: 'batch-hooks',
    title: 'hooks are called for each event of a batch',
    requiredFeatures: ['batches'],
    async run(t) {
      const ids = await sendAll(t, 'conformance.batched-full', [{ failure: { as: 'nonRetryable' } }, {}])
      await endsOf(t, ids)
      for (const [id, outcome] of [
        [ids[0]!, 'failed'],
        [ids[1]!, 'completed'],
      ] as const) {
        const outcomes = (hook: string): unknown[] =>
          t
            .journal({ jobId: id, kind: 'hook' })
            .filter(({ details }) => details['hook'] === hook)
            .map(({ details }) => details['outcome'])
        await t.waitUntil('`onRunEnd` was called', () => outcomes('onRunEnd').length > 0)
        assert.deepEqual(outcomes('onAttemptStart'), [undefined])
        assert.deepEqual(outcomes('onAttemptEnd'), [outcome])
        assert.deepEqual(outcomes('onRunEnd'), [outcome])
      }
    },
  },
  {
    id: 'batch-middleware',
    title: 'middleware wraps the call of a batch once, with the facts about all events, and gets their outputs',
    requiredFeatures: ['batches'],
    async run(t) {
      const tenantId = middlewareTenant(t, 'watches')
      const ids: string[] = []
      for (const returns of ['first', 'second'])
        ids.push((await t.send('conformance.batched-full', { returns }, { tenantId })).id)
      await endsOf(t, ids)
      const outer = t
        .journal({ tenantId, kind: 'middleware' })
        .filter(({ details }) => details['layer'] === 'outer')
        .map(({ jobId, details }) => [jobId, details['work'], details['batch'], details['when'], details['result']])
      assert.deepEqual(outer, [
        [ids[0], 'handler', ids, 'before', undefined],
        [ids[0], 'handler', ids, 'after', ['first', 'second']],
      ])
    },
  },
])
