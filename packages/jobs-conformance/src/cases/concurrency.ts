import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { assertApart, runInterval } from '../run-intervals.ts'

/** Cases: concurrency limits. */
export const concurrencyCases: readonly ConformanceCase[] = casesOf(rules.tenants, [
  {
    id: 'concurrency-per-tenant',
    title: 'with `perTenant: 1`, runs of one tenant run one at a time',
    requiredFeatures: ['concurrency.perTenant'],
    async run(t) {
      const jobs = await Promise.all([1, 2, 3].map(() => t.send('conformance.one-per-tenant', { waitMs: 300 })))
      for (const { id } of jobs) assert.equal((await t.waitForEnd(id)).state, 'completed')
      assertApart(jobs.map(({ id }) => runInterval(t, id)))
    },
  },
  {
    id: 'concurrency-does-not-hold-other-tenants',
    title: "one tenant's queued runs do not delay another tenant",
    requiredFeatures: ['concurrency.perTenant'],
    async run(t) {
      const long = await t.send('conformance.one-per-tenant', { isHeld: true })
      const queued = await t.send('conformance.one-per-tenant', { waitMs: 100 })
      const other = await t.send('conformance.one-per-tenant', { waitMs: 100 }, { tenantId: t.otherTenantId })
      assert.equal((await t.waitForEnd(other.id)).state, 'completed', 'The other tenant waited for the first.')
      t.release(long.id)
      for (const { id } of [long, queued]) assert.equal((await t.waitForEnd(id)).state, 'completed')
      assertApart([runInterval(t, long.id), runInterval(t, queued.id)])
    },
  },
  {
    id: 'concurrency-over-all-tenants',
    title: 'with `concurrency: 1`, no two runs of the definition overlap, whatever their tenant',
    requiredFeatures: ['concurrency'],
    async run(t) {
      const tenants = [t.tenantId, t.otherTenantId, t.unique('third')]
      const jobs = await Promise.all(
        tenants.map((tenantId) => t.send('conformance.one-at-a-time', { waitMs: 300 }, { tenantId })),
      )
      for (const { id } of jobs) assert.equal((await t.waitForEnd(id)).state, 'completed')
      assertApart(jobs.map(({ id }) => runInterval(t, id)))
    },
  },
  {
    id: 'queued-while-another-runs',
    title: 'a run at the concurrency limit is queued and starts when another run ends',
    requiredFeatures: ['concurrency.perTenant'],
    async run(t) {
      const first = await t.send('conformance.one-per-tenant', { isHeld: true })
      await t.waitForEntry({ jobId: first.id, kind: 'started' })
      const second = await t.send('conformance.one-per-tenant')
      const status = await t.waitForState(second.id, 'queued')
      assert.equal(status.startedAt, undefined)
      for (const { attempts } of status.runs) assert.equal(attempts, 0)
      await t.advance(1000)
      t.release(first.id)
      assert.equal((await t.waitForEnd(second.id)).state, 'completed')
      assert.ok(runInterval(t, second.id).from >= runInterval(t, first.id).to)
    },
  },
  {
    id: 'a-failed-attempt-frees-its-place',
    title: 'a run that failed, was cancelled or waits for a retry does not count toward the concurrency limit',
    requiredFeatures: ['concurrency.perTenant', 'cancelJob of a running job', 'cancelJob of a waiting job'],
    async run(t) {
      const failed = await t.send('conformance.one-per-tenant', { failure: { as: 'nonRetryable' } })
      const waiting = await t.send('conformance.one-per-tenant', { failure: { as: 'retryAfter', afterMs: 3_600_000 } })
      const running = await t.send('conformance.one-per-tenant', { waitMs: 600_000 })
      const last = await t.send('conformance.one-per-tenant')
      await t.waitForEntry({ jobId: running.id, kind: 'started' })
      await t.client.cancelJob(running.id)
      assert.equal((await t.waitForEnd(last.id)).state, 'completed')
      assert.equal((await t.waitForEnd(failed.id)).state, 'failed')
      assert.equal((await t.client.cancelJob(waiting.id)).state, 'cancelled')
    },
  },
])
