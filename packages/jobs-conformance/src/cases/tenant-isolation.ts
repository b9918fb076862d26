import assert from 'node:assert/strict'

import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: tenants cannot access each other's jobs. */
export const tenantIsolationCases: readonly ConformanceCase[] = casesOf(rules.tenants, [
  {
    id: 'tenant-required',
    title: 'a send without a valid tenant throws',
    async run(t) {
      const client = untyped(t.client)
      for (const tenantId of [undefined, null, '', '  ', 42, {}, systemTenantId, 'x'.repeat(257)]) {
        await t.expectError('tenant_required', () => client.sendJob('conformance.plain', { tenantId }))
        const [result] = await client.sendJobs([{ event: 'conformance.plain', payload: { tenantId } }])
        assert.ok(result && !result.ok && result.error.code === 'tenant_required')
      }
      for (const payload of [undefined, null, 'text', 7]) {
        await t.expectError('tenant_required', () => client.sendJob('conformance.plain', payload))
      }
    },
  },
  {
    id: 'tenant-reaches-the-handler',
    title: 'the handler gets its own tenant in the context and the payload, even from a batch of several tenants',
    async run(t) {
      const tenants = [t.tenantId, t.otherTenantId, t.tenantId, t.otherTenantId]
      const single = await Promise.all(tenants.map((tenantId) => t.send('conformance.plain', {}, { tenantId })))
      const results = await untyped(t.client).sendJobs(
        tenants.map((tenantId) => ({ event: 'conformance.plain', payload: { tenantId } })),
      )
      const batched = results.flatMap((result) => (result.ok ? [result.job] : []))
      for (const jobs of [single, batched]) {
        assert.deepEqual(
          jobs.map(({ tenantId }) => tenantId),
          tenants,
        )
        for (const { id, tenantId } of jobs) {
          assert.equal((await t.waitForEnd(id)).tenantId, tenantId)
          const [started] = t.journal({ jobId: id, kind: 'started' })
          assert.equal(started?.tenantId, tenantId)
          assert.equal(recordedPayload(started)['tenantId'], tenantId)
        }
      }
    },
  },
  {
    id: 'for-tenant-adds-the-tenant',
    title: 'a tenant client adds its tenant in every kind of send',
    requiredFeatures: ['delay'],
    async run(t) {
      const client = untyped(t.client.forTenant(t.tenantId))
      const sent = await client.sendJob('conformance.plain', { word: 'one' })
      const scheduled = await client.scheduleJob(
        'conformance.plain',
        { word: 'two', tenantId: t.tenantId },
        { delay: 100 },
      )
      const [batched] = await client.sendJobs([{ event: 'conformance.plain', payload: { word: 'three' } }])
      assert.ok(batched?.ok)
      for (const { id, tenantId } of [sent, scheduled, batched.job]) {
        assert.equal(tenantId, t.tenantId)
        assert.equal((await t.waitForEnd(id)).state, 'completed')
        assert.equal(t.journal({ jobId: id, kind: 'started' })[0]?.tenantId, t.tenantId)
      }
    },
  },
  {
    id: 'for-tenant-refuses-another',
    title: 'a tenant client rejects a payload of another tenant and sends nothing',
    async run(t) {
      const client = untyped(t.client.forTenant(t.tenantId))
      const { otherTenantId: tenantId } = t
      await t.expectError('tenant_mismatch', () => client.sendJob('conformance.plain', { tenantId }))
      await t.expectError('tenant_mismatch', () => client.scheduleJob('conformance.plain', { tenantId }, { delay: 1 }))
      const results = await client.sendJobs([
        { event: 'conformance.plain', payload: { tenantId } },
        { event: 'conformance.plain', payload: {} },
      ])
      assert.deepEqual(
        results.map((result) => (result.ok ? result.job.tenantId : result.error.code)),
        ['tenant_mismatch', t.tenantId],
      )
      if (results[1]?.ok) await t.waitForEnd(results[1].job.id)
      assert.deepEqual(t.journal({ tenantId, kind: 'started' }), [])
    },
  },
  {
    id: 'for-tenant-needs-a-tenant',
    title: '`forTenant` throws without a valid tenant',
    async run(t) {
      for (const tenantId of [undefined, null, '', ' ', 42, systemTenantId, 'x'.repeat(257)]) {
        await t.expectError('invalid_option', () => untyped(t.client).forTenant(tenantId))
      }
    },
  },
  {
    id: 'another-tenants-status-is-not-found',
    title: "a tenant client cannot read or await another tenant's job",
    async run(t) {
      const { id } = await t.send('conformance.plain')
      const stranger = t.client.forTenant(t.otherTenantId)
      await t.expectError('job_not_found', () => stranger.getJobStatus(id))
      await t.expectError('job_not_found', () => t.waitForSettled(stranger.waitForJob(id)))
      const owner = t.client.forTenant(t.tenantId)
      await t.waitForEnd(id)
      assert.equal((await owner.getJobStatus(id)).id, id)
      assert.equal((await t.waitForSettled(owner.waitForJob(id))).state, 'completed')
      await t.expectError('job_not_found', () => stranger.getJobStatus(id))
    },
  },
  {
    id: 'another-tenants-job-cannot-be-cancelled',
    title: "a tenant client cannot cancel another tenant's job, which continues",
    requiredFeatures: ['delay', 'cancelJob of a waiting job'],
    async run(t) {
      const { id } = await t.send('conformance.plain', {}, { options: { delay: 1000 } })
      await t.expectError('job_not_found', () => t.client.forTenant(t.otherTenantId).cancelJob(id))
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const waiting = await t.send('conformance.plain', {}, { options: { delay: '1h' } })
      assert.equal((await t.client.forTenant(t.tenantId).cancelJob(waiting.id)).state, 'cancelled')
    },
  },
  {
    id: 'another-tenants-job-cannot-be-retried',
    title: "a tenant client cannot retry another tenant's failed job",
    requiredFeatures: ['retryJob'],
    async run(t) {
      const { id } = await t.send('conformance.once', { failure: { as: 'error', runs: 1 } })
      await t.waitForEnd(id)
      await t.expectError('job_not_found', () => t.client.forTenant(t.otherTenantId).retryJob(id))
      await t.advance(500)
      const status = await t.client.getJobStatus(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs.length, 1)
      await t.client.forTenant(t.tenantId).retryJob(id)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'a-tenant-lists-its-own-jobs',
    title: 'a tenant client lists only its own jobs, whatever the filters, and rejects another tenant',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const own = await t.send('conformance.nobody')
      const otherJob = await t.send('conformance.nobody', undefined, { tenantId: t.otherTenantId })
      await t.waitForEnd(own.id)
      const client = t.client.forTenant(t.tenantId)
      const ids = async (options?: object) => (await untyped(client).listJobs(options)).jobs.map(({ id }) => id)
      await t.waitUntil('the job is listed', async () => (await ids()).includes(own.id))
      assert.deepEqual(await ids(), [own.id])
      assert.deepEqual(await ids({ tenantId: t.tenantId }), [own.id])
      await t.expectError('tenant_mismatch', () => ids({ tenantId: t.otherTenantId }))
      assert.deepEqual(await ids({ state: 'unhandled', event: 'conformance.nobody' }), [own.id])
      const other = t.client.forTenant(t.otherTenantId)
      await t.waitUntil('the other job is listed', async () => (await other.listJobs()).jobs[0]?.id === otherJob.id)
    },
  },
  {
    id: 'half-characters-are-refused',
    title: 'a tenant or an id with a lone surrogate throws, because some engines would replace it by another character',
    requiredFeatures: ['listJobs', 'idempotencyKey'],
    async run(t) {
      const client = untyped(t.client)
      for (const half of ['\ud83d', '\ude00']) {
        const name = t.unique(half)
        await t.expectError('tenant_required', () => t.send('conformance.plain', {}, { tenantId: name }))
        const options = { idempotencyKey: name }
        await t.expectError('invalid_option', () => t.send('conformance.plain', {}, { options }))
        await t.expectError('invalid_option', () => client.forTenant(name))
        await t.expectError('invalid_option', () => client.listJobs({ tenantId: name }))
        await t.expectError('job_not_found', () => client.getJobStatus(name))
        await t.expectError('job_not_found', () => t.client.cancelJob(name))
      }
      // Their replacement and whole characters are tenants of their own.
      for (const whole of [t.unique('\ufffd'), t.unique('😀'), t.unique('x').padEnd(256, 'y')]) {
        const { id } = await t.send('conformance.plain', {}, { tenantId: whole, options: { idempotencyKey: whole } })
        const status = await t.waitForEnd(id)
        assert.deepEqual([status.state, status.tenantId], ['completed', whole])
        assert.equal(t.journal({ jobId: id, kind: 'started' })[0]?.tenantId, whole)
      }
    },
  },
  {
    id: 'keys-are-scoped-by-tenant',
    title: 'two tenants can use the same idempotency key independently',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const own = await t.send('conformance.plain', {}, { options })
      const otherJob = await t.send('conformance.plain', {}, { tenantId: t.otherTenantId, options })
      assert.equal(otherJob.deduplicated, false)
      assert.notEqual(otherJob.id, own.id)
      assert.equal((await t.waitForEnd(own.id)).tenantId, t.tenantId)
      assert.equal((await t.waitForEnd(otherJob.id)).tenantId, t.otherTenantId)
      assert.equal(t.journal({ tenantId: t.otherTenantId, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'keys-cannot-be-forged-across-tenants',
    title: 'no combination of tenant, event and key collides with another',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const event = 'conformance.nobody'
      const key = t.unique('key')
      // Whatever separator a provider uses to join the three, one of these pairs would give the same string.
      const sends = [':', '/', '-', '_', '.', ',', '|', ' ', '","', '\u0000'].flatMap((mark) => {
        const tenantId = t.unique('t')
        return [
          [tenantId, ['x', event, key].join(mark)],
          [[tenantId, event, 'x'].join(mark), key],
        ] as const
      })
      const ids = new Set<string>()
      for (const [tenantId, idempotencyKey] of sends) {
        const { id, deduplicated } = await t.send(event, undefined, { tenantId, options: { idempotencyKey } })
        assert.equal(deduplicated, false)
        ids.add(id)
      }
      assert.equal(ids.size, sends.length)
    },
  },
  {
    id: 'keys-are-scoped-by-event',
    title: 'two events can use the same idempotency key independently',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const plain = await t.send('conformance.plain', {}, { options })
      const once = await t.send('conformance.once', {}, { options })
      assert.equal(once.deduplicated, false)
      assert.notEqual(once.id, plain.id)
      assert.equal((await t.waitForEnd(once.id)).event, 'conformance.once')
    },
  },
])
