import assert from 'node:assert/strict'

import { batchesOf, endsOf, sendAll } from '../batch-tools.ts'
import { casesOf } from '../cases-of.ts'
import { batchWaitMs } from '../conformance-jobs.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { Script } from '../script.ts'
import { sentWithin } from '../sent-within.ts'

const completed = ['completed', 1]

/** Cases: batches. */
export const batchCases: readonly ConformanceCase[] = casesOf(rules.flowControl, [
  {
    id: 'batch-of-its-maximum-size',
    title: 'a batch starts when `maxSize` events wait, in the order of the sends; each job has its own run and output',
    requiredFeatures: ['batches'],
    async run(t) {
      const ids = await sendAll(t, 'conformance.batched-full', [{ returns: 'first' }, { returns: 'second' }])
      assert.deepEqual(await endsOf(t, ids), [completed, completed])
      for (const id of ids) assert.deepEqual(batchesOf(t, id), [ids])
      const statuses = await Promise.all(ids.map((id) => t.client.getJobStatus(id)))
      assert.deepEqual(
        statuses.map(({ runs }) => [runs[0]?.definitionId, runs[0]?.output]),
        [
          ['conformance-batched-full', 'first'],
          ['conformance-batched-full', 'second'],
        ],
      )
      assert.notEqual(statuses[0]?.runs[0]?.id, statuses[1]?.runs[0]?.id)
    },
  },
  {
    id: 'batch-after-its-maximum-wait',
    title: 'a smaller batch starts when its first event has waited for `maxWait`; until then its jobs are queued',
    requiredFeatures: ['batches'],
    async run(t) {
      const [sentAt, ids] = await sentWithin(t, batchWaitMs, async () => {
        const at = t.now()
        return [at, await sendAll(t, 'conformance.batched', [{}, {}], t.unique('tenant'))] as const
      })
      assert.deepEqual(await endsOf(t, ids), [completed, completed])
      const [started] = t.journal({ jobId: ids[0]!, kind: 'started' })
      t.expectDelay(started!.at - sentAt, { description: 'the batch', computedMs: batchWaitMs, toleranceMs: 5000 })
      for (const id of ids) assert.deepEqual(batchesOf(t, id), [ids])
    },
  },
  {
    id: 'batch-waits-as-queued',
    title: 'a job that waits for a batch is queued and listed as such, without an attempt',
    requiredFeatures: ['batches', 'cancelJob of a waiting job', 'listJobs'],
    async run(t) {
      const { id } = await t.send('conformance.batched-full')
      const { startedAt, runs } = await t.waitForState(id, 'queued')
      assert.equal(startedAt, undefined)
      for (const { attempts } of runs) assert.equal(attempts, 0)
      const { jobs } = await t.client.listJobs({ tenantId: t.tenantId, state: 'queued' })
      assert.deepEqual(
        jobs.map((job) => job.id),
        [id],
      )
      assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
    },
  },
  {
    id: 'batch-of-one-tenant',
    title: 'a batch contains the events of one tenant',
    requiredFeatures: ['batches'],
    async run(t) {
      const send = async (tenantId: string): Promise<string> => {
        const { id } = await t.send('conformance.batched-full', {}, { tenantId })
        return id
      }
      const [own, other] = [await send(t.tenantId), await send(t.otherTenantId)]
      const [ownLater, otherLater] = [await send(t.tenantId), await send(t.otherTenantId)]
      await endsOf(t, [own, other, ownLater, otherLater])
      assert.deepEqual(batchesOf(t, own), [[own, ownLater]])
      assert.deepEqual(batchesOf(t, other), [[other, otherLater]])
    },
  },
  {
    id: 'batches-of-many-events',
    title: 'many events run once each, in batches of at most `maxSize`',
    requiredFeatures: ['batches'],
    async run(t) {
      const ids = await sendAll(
        t,
        'conformance.batched',
        Array.from({ length: 8 }, () => ({})),
      )
      for (const end of await endsOf(t, ids)) assert.deepEqual(end, completed)
      const batches = ids.map((id) => batchesOf(t, id))
      for (const [index, own] of batches.entries()) {
        assert.equal(own.length, 1)
        assert.ok(own[0]!.length <= 3 && own[0]!.includes(ids[index]!), JSON.stringify(own))
      }
    },
  },
  {
    id: 'batch-fails-one-event',
    title: '`context.fail` fails one event, which is retried and can complete without the others',
    requiredFeatures: ['batches'],
    async run(t) {
      const failing: Script = { failure: { as: 'error', attempts: 1 }, returns: 'late' }
      const ids = await sendAll(t, 'conformance.batched-full', [failing, { returns: 'early' }])
      assert.deepEqual(await endsOf(t, ids), [['completed', 2], completed])
      assert.deepEqual(batchesOf(t, ids[0]!), [ids, [ids[0]]])
      assert.equal((await t.client.getJobStatus(ids[0]!)).runs[0]?.output, 'late')
    },
  },
  {
    id: 'batch-retries-after-the-backoff',
    title: 'an event that failed is retried after its own backoff, or the delay of a `RetryAfterError`',
    requiredFeatures: ['batches'],
    async run(t) {
      const afterMs = t.retryDelay(2000)
      const ids = await sendAll(t, 'conformance.batched-full', [
        { failure: { as: 'retryAfter', afterMs, attempts: 1 } },
        { failure: { as: 'error', attempts: 1 } },
      ])
      assert.deepEqual(await endsOf(t, ids), [
        ['completed', 2],
        ['completed', 2],
      ])
      for (const [id, computedMs] of [
        [ids[0]!, afterMs],
        [ids[1]!, t.retryDelay(100)],
      ] as const) {
        const [threw] = t.journal({ jobId: id, kind: 'threw' })
        const [, again] = t.journal({ jobId: id, kind: 'started' })
        const { retryToleranceMs: toleranceMs } = t.capabilities
        t.expectDelay(again!.at - threw!.at, { description: 'the retry', computedMs, toleranceMs })
      }
    },
  },
  {
    id: 'batch-handler-throws',
    title: 'an error of the handler fails all events, and each is retried by its own maximum',
    requiredFeatures: ['batches', 'maxAttempts of a send, lowered'],
    async run(t) {
      const failure: Script = { failsBatch: true, failure: { as: 'error', attempts: 1 } }
      const first = await t.send('conformance.batched-full', failure, { options: { maxAttempts: 1 } })
      const second = await t.send('conformance.batched-full', failure)
      assert.deepEqual(await endsOf(t, [first.id, second.id]), [
        ['failed', 1],
        ['completed', 2],
      ])
    },
  },
  {
    id: 'batch-non-retryable',
    title: 'a `NonRetryableError` of one event fails it without a retry, and calls `onFailure` for it only',
    requiredFeatures: ['batches'],
    async run(t) {
      const ids = await sendAll(t, 'conformance.batched-full', [{ failure: { as: 'nonRetryable' } }, {}])
      assert.deepEqual(await endsOf(t, ids), [['failed', 1], completed])
      const reports = t.journal({ tenantId: t.tenantId, kind: 'onFailure' })
      assert.deepEqual(
        reports.map(({ jobId, attempt, details }) => [jobId, attempt, details['event']]),
        [[ids[0], 1, ids[0]]],
      )
    },
  },
  {
    id: 'batch-of-a-delayed-event',
    title: 'a delayed event joins a batch when it is due',
    requiredFeatures: ['batches', 'delay'],
    async run(t) {
      const delay = 1500
      const [sentAt, delayed, { id }] = await sentWithin(t, delay, async () => {
        const [at, tenantId] = [t.now(), t.unique('tenant')]
        const later = await t.send('conformance.batched-full', {}, { tenantId, options: { delay } })
        return [at, later, await t.send('conformance.batched-full', {}, { tenantId })] as const
      })
      await endsOf(t, [id, delayed.id])
      const [started] = t.journal({ jobId: id, kind: 'started' })
      t.expectDelay(started!.at - sentAt, { description: 'the batch', computedMs: delay, toleranceMs: 5000 })
      assert.deepEqual(batchesOf(t, id), [[id, delayed.id]])
    },
  },
])
