import assert from 'node:assert/strict'

import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import type { CaseSend, CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

/** Returns the options of a send for the platform. */
function bySystem(t: CaseTools): CaseSend {
  return { tenantId: systemTenantId, client: t.client.forSystem() }
}

/** Cases: jobs of the platform itself. All cases share their tenant. */
export const platformJobCases: readonly ConformanceCase[] = casesOf(rules.tenants, [
  {
    id: 'platform-jobs',
    title: 'only `forSystem` sends for the tenant `system`, and no client of a tenant sees these jobs',
    async run(t) {
      const system = t.client.forSystem()
      const { id, tenantId } = await untyped(system).sendJob('conformance.plain', {})
      assert.equal(tenantId, systemTenantId)
      const status = await t.waitForEnd(id)
      assert.deepEqual([status.state, status.tenantId], ['completed', systemTenantId])
      assert.equal(t.journal({ jobId: id, kind: 'started' })[0]?.tenantId, systemTenantId)
      assert.equal((await system.getJobStatus(id)).id, id)
      await t.expectError('job_not_found', () => t.client.forTenant(t.tenantId).getJobStatus(id))
      const { id: theirs } = await t.send('conformance.plain')
      await t.waitForEnd(theirs)
      await t.expectError('job_not_found', () => system.getJobStatus(theirs))
      const refusals = [
        await t.expectError('tenant_required', () => t.send('conformance.plain', {}, { tenantId: systemTenantId })),
        await t.expectError('invalid_option', () => t.client.forTenant(systemTenantId)),
      ]
      for (const { message } of refusals) assert.match(message, /`client\.forSystem\(\)`/)
    },
  },
  {
    id: 'platform-jobs-are-listed',
    title: '`forSystem` lists the jobs of the platform, which the full client also lists',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const { id } = await t.send('conformance.nobody', undefined, bySystem(t))
      const { id: theirs } = await t.send('conformance.nobody')
      await t.waitForEnd(id)
      await t.waitForEnd(theirs)
      for (const list of [
        () => untyped(t.client.forSystem()).listJobs({ event: 'conformance.nobody' }),
        () => untyped(t.client).listJobs({ event: 'conformance.nobody', tenantId: systemTenantId }),
      ]) {
        const ids = async () => (await list()).jobs.map((job) => job.id)
        await t.waitUntil('the job is listed', async () => (await ids()).includes(id))
        assert.ok(!(await ids()).includes(theirs))
      }
    },
  },
  {
    id: 'platform-jobs-are-controlled',
    title: '`forSystem` cancels and retries jobs of the platform, and knows idempotency keys',
    requiredFeatures: ['delay', 'cancelJob of a waiting job', 'retryJob', 'idempotencyKey'],
    async run(t) {
      const system = t.client.forSystem()
      const waiting = await t.send('conformance.plain', {}, { ...bySystem(t), options: { delay: '1h' } })
      await t.expectError('job_not_found', () => t.client.forTenant(t.tenantId).cancelJob(waiting.id))
      assert.equal((await system.cancelJob(waiting.id)).state, 'cancelled')
      const { id } = await t.send('conformance.once', { failure: { as: 'error', runs: 1 } }, bySystem(t))
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      await system.retryJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const options = { idempotencyKey: t.unique('key') }
      const first = await t.send('conformance.plain', {}, { ...bySystem(t), options })
      const again = await t.send('conformance.plain', {}, { ...bySystem(t), options })
      const theirs = await t.send('conformance.plain', {}, { options })
      assert.deepEqual([again.id, again.deduplicated, theirs.deduplicated], [first.id, true, false])
    },
  },
])
