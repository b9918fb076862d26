import assert from 'node:assert/strict'

import type { CaseSend, CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { expectCompleted } from '../expect-completed.ts'
import { assertApart, mostAtOnce, runInterval } from '../run-intervals.ts'
import type { Script } from '../script.ts'

/** Sends a job with a payload for the definition with one slot for each `storeId`. Returns its id. */
async function send(t: CaseTools, payload: object, script: Script = {}, more: CaseSend = {}): Promise<string> {
  const { id } = await t.send('conformance.keyed', script, { ...more, payload: { ...payload } })
  return id
}

/** Checks that runs which share a slot run one at a time. */
async function assertOneAtATime(t: CaseTools, ids: readonly string[]): Promise<void> {
  await expectCompleted(t, ...ids)
  assertApart(ids.map((id) => runInterval(t, id)))
}

/** Sends a job that holds its slot until it is cancelled. Returns its id. */
async function holdSlot(t: CaseTools, payload: object): Promise<string> {
  const id = await send(t, payload, { waitMs: 600_000 })
  await t.waitForEntry({ jobId: id, kind: 'started' })
  return id
}

/** Cases: `concurrency.key`. */
export const concurrencyKeyCases: readonly ConformanceCase[] = casesOf(
  rules.flowControl,
  [
    {
      id: 'concurrency-key',
      title: 'with `limit: 1` for each key, runs of one value run one at a time',
      async run(t) {
        const ids = await Promise.all([1, 2, 3].map(() => send(t, { storeId: 'one' }, { waitMs: 200 })))
        await assertOneAtATime(t, ids)
      },
    },
    {
      id: 'concurrency-key-does-not-hold-others',
      title: 'a full key does not delay runs of other keys that were sent later',
      requiredFeatures: ['cancelJob of a running job'],
      async run(t) {
        const holder = await holdSlot(t, { storeId: 'full' })
        const waiting = await send(t, { storeId: 'full' })
        await expectCompleted(t, await send(t, { storeId: 'free' }))
        assert.equal((await t.client.getJobStatus(waiting)).runs[0]?.attempts ?? 0, 0)
        await t.client.cancelJob(holder)
        await expectCompleted(t, waiting)
      },
    },
    {
      id: 'concurrency-key-of-another-tenant',
      title: 'equal values of two tenants are two keys',
      requiredFeatures: ['cancelJob of a running job'],
      async run(t) {
        const holder = await holdSlot(t, { storeId: 'one' })
        await expectCompleted(t, await send(t, { storeId: 'one' }, {}, { tenantId: t.otherTenantId }))
        await t.client.cancelJob(holder)
      },
    },
    {
      id: 'concurrency-key-missing',
      title: 'runs without a value share the limit of a key, and delay no others',
      requiredFeatures: ['cancelJob of a running job'],
      async run(t) {
        const holder = await holdSlot(t, {})
        const ids = [await send(t, {}, { waitMs: 100 }), await send(t, { storeId: null }, { waitMs: 100 })]
        await expectCompleted(t, await send(t, { storeId: 'one' }))
        for (const id of ids) assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
        await t.client.cancelJob(holder)
        await assertOneAtATime(t, ids)
      },
    },
    {
      id: 'concurrency-key-not-scalar',
      title: 'runs whose value is an object or an array count as runs without a value',
      async run(t) {
        const values = [{ id: 1 }, [1], undefined]
        const ids = await Promise.all(values.map((storeId) => send(t, { storeId }, { waitMs: 200 })))
        await assertOneAtATime(t, ids)
      },
    },
    {
      id: 'concurrency-key-as-text',
      title: 'a number and its text are one key',
      async run(t) {
        const values = [7, '7', 7]
        await assertOneAtATime(t, await Promise.all(values.map((storeId) => send(t, { storeId }, { waitMs: 200 }))))
      },
    },
    {
      id: 'concurrency-key-nested',
      title: 'a path with a dot reads a nested value',
      requiredFeatures: ['cancelJob of a running job'],
      async run(t) {
        const sendNested = (storeId: string, waitMs: number) =>
          t.send('conformance.keyed-nested', { waitMs }, { payload: { order: { storeId } } })
        const holder = await sendNested('full', 600_000)
        await t.waitForEntry({ jobId: holder.id, kind: 'started' })
        const waiting = await sendNested('full', 0)
        const free = await sendNested('free', 0)
        await expectCompleted(t, free.id)
        assert.deepEqual(t.journal({ jobId: waiting.id, kind: 'started' }), [])
        await t.client.cancelJob(holder.id)
        await expectCompleted(t, waiting.id)
      },
    },
    {
      id: 'concurrency-key-cancel',
      title: 'a run that was cancelled while it waited for its key does not start, and the next one does',
      requiredFeatures: ['cancelJob of a running job', 'cancelJob of a waiting job'],
      async run(t) {
        const holder = await holdSlot(t, { storeId: 'one' })
        const cancelled = await send(t, { storeId: 'one' })
        await t.waitForState(cancelled, 'queued')
        const last = await send(t, { storeId: 'one' })
        await t.client.cancelJob(cancelled)
        await t.client.cancelJob(holder)
        await expectCompleted(t, last)
        assert.equal((await t.waitForEnd(cancelled)).state, 'cancelled')
        assert.deepEqual(t.journal({ jobId: cancelled, kind: 'started' }), [])
      },
    },
    {
      id: 'concurrency-key-retry',
      title: 'a run that waits for its retry holds no slot of its key',
      requiredFeatures: ['cancelJob of a waiting job'],
      async run(t) {
        const retrying = await send(t, { storeId: 'one' }, { failure: { as: 'retryAfter', afterMs: 600_000 } })
        await t.waitForState(retrying, 'retrying')
        await expectCompleted(t, await send(t, { storeId: 'one' }))
        await t.client.cancelJob(retrying)
      },
    },
    {
      id: 'concurrency-key-and-tenant',
      title: 'a limit for each tenant and one for each key hold together',
      requiredFeatures: ['concurrency.perTenant', 'concurrency: several limits'],
      async run(t) {
        const stores = ['one', 'one', 'two', 'three', 'four']
        const jobs = await Promise.all(
          stores.map((storeId) => t.send('conformance.keyed-per-tenant', { waitMs: 300 }, { payload: { storeId } })),
        )
        const ids = jobs.map(({ id }) => id)
        await expectCompleted(t, ...ids)
        assert.ok(mostAtOnce(ids.map((id) => runInterval(t, id))) <= 2, 'More than two runs of the tenant overlapped.')
        assertApart(ids.slice(0, 2).map((id) => runInterval(t, id)))
      },
    },
  ],
  ['concurrency.key'],
)
