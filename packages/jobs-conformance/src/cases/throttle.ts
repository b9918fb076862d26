import assert from 'node:assert/strict'

import type { CaseSend, CaseTools } from '../case-tools.ts'
import type { ConformanceEvent } from '../conformance-events.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { expectCompleted } from '../expect-completed.ts'
import { slowThrottleMs, throttleMs } from '../conformance-jobs.ts'
import { startOf } from '../run-intervals.ts'
import type { Script } from '../script.ts'
import { sentWithin } from '../sent-within.ts'

/** An engine may count in whole seconds. */
const toleranceMs = 1000

async function send(t: CaseTools, event: ConformanceEvent, script: Script = {}, more: CaseSend = {}): Promise<string> {
  return (await t.send(event, script, more)).id
}

/** Checks that the jobs wait as `queued`, without an attempt, and cancels them. */
async function assertWaiting(t: CaseTools, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { startedAt, runs } = await t.waitForState(id, 'queued')
    assert.deepEqual([startedAt, runs.map(({ attempts }) => attempts).filter((count) => count > 0)], [undefined, []])
    assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
    assert.equal((await t.client.cancelJob(id)).state, 'cancelled')
  }
}

const cancel = 'cancelJob of a waiting job' as const

/** Cases: `throttle`. */
export const throttleCases: readonly ConformanceCase[] = casesOf(
  rules.flowControl,
  [
    {
      id: 'throttle-over-all-tenants',
      title: 'without a key, the runs of all tenants start at the distance that the throttle sets, and none is lost',
      async run(t) {
        const sentAt = t.now()
        const tenants = [t.tenantId, t.otherTenantId, t.tenantId, t.unique('third')]
        const ids = await Promise.all(tenants.map((tenantId) => send(t, 'conformance.throttled', {}, { tenantId })))
        await expectCompleted(t, ...ids)
        const last = Math.max(...ids.map((id) => startOf(t, id)))
        assert.ok(last - sentAt >= 3 * throttleMs - toleranceMs, 'The last run started too early.')
      },
    },
    {
      id: 'throttle-per-tenant',
      title: "with `key: 'tenantId'`, a tenant's run waits as `queued`, and another tenant's run does not wait",
      requiredFeatures: [cancel],
      async run(t) {
        await expectCompleted(t, await send(t, 'conformance.throttled-week'))
        const waiting = await send(t, 'conformance.throttled-week')
        await expectCompleted(t, await send(t, 'conformance.throttled-week', {}, { tenantId: t.otherTenantId }))
        await assertWaiting(t, waiting)
      },
    },
    {
      id: 'throttle-per-key',
      title: 'each value of a key has a throttle of its own, and each tenant its own values',
      requiredFeatures: [cancel],
      async run(t) {
        const sendFor = (storeId: unknown, more: CaseSend = {}) =>
          send(t, 'conformance.throttled-keys', {}, { ...more, payload: { storeId } })
        await expectCompleted(t, await sendFor('1'))
        const waiting = [await sendFor('1'), await sendFor(1)]
        await expectCompleted(t, await sendFor('2'), await sendFor('1', { tenantId: t.otherTenantId }))
        await assertWaiting(t, ...waiting)
      },
    },
    {
      id: 'throttle-missing-key',
      title: 'the runs of a tenant without a value share one throttle',
      requiredFeatures: [cancel],
      async run(t) {
        const sendWith = (payload: Readonly<Record<string, unknown>>) =>
          send(t, 'conformance.throttled-keys', {}, { payload })
        await expectCompleted(t, await sendWith({}))
        const waiting = [await sendWith({}), await sendWith({ storeId: { id: 1 } }), await sendWith({ storeId: null })]
        await expectCompleted(t, await sendWith({ storeId: 'one' }))
        await assertWaiting(t, ...waiting)
      },
    },
    {
      id: 'throttle-many-keys',
      title: 'a hundred keys do not wait for each other',
      async run(t) {
        const stores = Array.from({ length: 100 }, (_, storeId) => storeId)
        const ids = await Promise.all(
          stores.map((storeId) => send(t, 'conformance.throttled-keys', {}, { payload: { storeId } })),
        )
        await expectCompleted(t, ...ids)
      },
    },
    {
      id: 'throttle-burst',
      title: 'after a time without runs, as many may start at once as `burst` says, and no more',
      requiredFeatures: [cancel],
      async run(t) {
        const first: string[] = []
        for (let count = 0; count < 3; count++) first.push(await send(t, 'conformance.throttled-burst'))
        await expectCompleted(t, ...first)
        await assertWaiting(t, await send(t, 'conformance.throttled-burst'))
      },
    },
    {
      id: 'throttle-order',
      title: 'throttled runs start in the order in which they were sent',
      async run(t) {
        const ids: string[] = []
        for (let count = 0; count < 3; count++) {
          ids.push(await send(t, 'conformance.throttled-slowly'))
          await t.advance(50)
        }
        await expectCompleted(t, ...ids)
        assert.deepEqual(
          ids.toSorted((one, other) => startOf(t, one) - startOf(t, other)),
          ids,
        )
      },
    },
    {
      id: 'throttle-priority',
      title: 'among throttled runs, one with a priority starts first',
      requiredFeatures: ['priority'],
      async run(t) {
        const [none, high] = await sentWithin(t, slowThrottleMs, async () => {
          const more = { tenantId: t.unique('tenant') }
          await expectCompleted(t, await send(t, 'conformance.throttled-slowly', {}, more))
          const waiting = await send(t, 'conformance.throttled-slowly', {}, more)
          return [
            waiting,
            await send(t, 'conformance.throttled-slowly', {}, { ...more, options: { priority: 600 } }),
          ] as const
        })
        await expectCompleted(t, none, high)
        assert.ok(startOf(t, high) < startOf(t, none), 'The run with the priority started last.')
      },
    },
    {
      id: 'throttle-retries',
      title: 'a retry does not count, and does not wait for the throttle',
      requiredFeatures: [cancel],
      async run(t) {
        const failing = await send(t, 'conformance.throttled-week', { failure: { as: 'error', attempts: 1 } })
        await expectCompleted(t, failing)
        assert.equal((await t.client.getJobStatus(failing)).runs[0]!.attempts, 2)
        await assertWaiting(t, await send(t, 'conformance.throttled-week'))
      },
    },
    {
      id: 'throttle-retry-job',
      title: 'a run that `retryJob` starts counts as a new one',
      requiredFeatures: [cancel, 'retryJob'],
      async run(t) {
        const id = await send(t, 'conformance.throttled-week', { failure: { as: 'nonRetryable' } })
        assert.equal((await t.waitForEnd(id)).state, 'failed')
        await t.client.retryJob(id)
        await t.waitForState(id, 'queued')
        assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1)
        await t.client.cancelJob(id)
        assert.equal((await t.waitForEnd(id)).state, 'cancelled')
      },
    },
    {
      id: 'throttle-cancel',
      title: 'a run that was cancelled while it waited does not start, and a later one does',
      requiredFeatures: [cancel],
      async run(t) {
        const [cancelled, last, status] = await sentWithin(t, slowThrottleMs, async () => {
          const sendOne = () => send(t, 'conformance.throttled-slowly', {}, { tenantId })
          const tenantId = t.unique('tenant')
          await expectCompleted(t, await sendOne())
          const waiting = [await sendOne(), await sendOne()] as const
          return [...waiting, await t.client.cancelJob(waiting[0])] as const
        })
        assert.equal(status.state, 'cancelled')
        await expectCompleted(t, last)
        assert.deepEqual(t.journal({ jobId: cancelled, kind: 'started' }), [])
      },
    },
    {
      id: 'throttle-delay',
      title: 'a delayed job counts when it starts, not when it is sent',
      requiredFeatures: ['delay', cancel],
      async run(t) {
        // An engine may take the place of a delayed run two seconds before it is due.
        const delayed = await send(t, 'conformance.throttled-week', {}, { options: { delay: t.longerThan(6000) } })
        await t.waitForState(delayed, 'scheduled')
        await expectCompleted(t, await send(t, 'conformance.throttled-week'))
        await assertWaiting(t, delayed)
      },
    },
  ],
  ['throttle'],
)
