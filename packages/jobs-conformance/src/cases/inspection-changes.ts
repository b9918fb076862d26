import assert from 'node:assert/strict'

import type { ChangeJobsResult } from '@cgk-platform/jobs-core/inspect'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { cronTenants } from '../conformance-cron-jobs.ts'
import { checkCount, listIds, sendCompleted, sendFailed, waitUntilListed } from '../inspection-tools.ts'

/** Cases: changes of many jobs, cron jobs that run now, and the limits of one tenant's client. */
export const inspectionChangeCases: readonly ConformanceCase[] = casesOf(rules.inspection, [
  {
    id: 'inspect-retry-many',
    title: '`inspect.retryJobs` counts in a dry run, then retries each failed job once, and again does nothing',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by state', 'retryJob'],
    async run(t) {
      const failed: string[] = []
      for (let count = 0; count < 3; count++) failed.push(await sendFailed(t))
      const completed = await sendCompleted(t)
      const foreign = await sendFailed(t, t.otherTenantId)
      await waitUntilListed(t, 3, { states: ['failed'] })
      const { tenantId } = t
      const dryRun = await t.client.inspect.retryJobs({ tenantId }, { dryRun: true })
      const nothing = { matched: 3, changed: 0, skipped: 0, failed: [], failures: 0, isComplete: true }
      const { matched, isComplete, cursor, searchedTo: _, ...rest } = dryRun
      checkCount(t, { count: matched, isExact: isComplete }, 3)
      assert.ok(cursor === undefined || !isComplete, 'A complete count has a cursor.')
      assert.deepEqual({ ...nothing, ...rest }, nothing)
      const runsOf = async (id: string) => (await t.client.getJobStatus(id)).runs.length
      for (const id of failed) assert.equal(await runsOf(id), 1, 'A dry run retried a job.')

      const progress: ChangeJobsResult[] = []
      const result = await t.client.inspect.retryJobs({ tenantId }, { onProgress: (one) => progress.push(one) })
      assert.deepEqual(result, { ...nothing, changed: 3 })
      assert.deepEqual(
        progress.map(({ changed }) => changed),
        [1, 2, 3],
      )
      for (const id of failed) {
        const { state, runs } = await t.waitForEnd(id)
        assert.deepEqual([state, runs.length], ['completed', 2])
      }
      assert.deepEqual([await runsOf(completed), await runsOf(foreign)], [1, 1])
      await waitUntilListed(t, 0, { states: ['failed'] })
      assert.equal((await t.client.inspect.retryJobs({ tenantId })).matched, 0)
    },
  },
  {
    id: 'inspect-cancel-many',
    title: '`inspect.cancelJobs` cancels each job that matches and has not ended',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by state', 'delay', 'cancelJob of a waiting job'],
    async run(t) {
      const delayed: string[] = []
      const send = async (event: 'conformance.plain' | 'conformance.once', tenantId = t.tenantId) =>
        (await t.send(event, {}, { tenantId, options: { delay: '1h' } })).id
      for (let count = 0; count < 3; count++) delayed.push(await send('conformance.plain'))
      const other = await send('conformance.once')
      const foreign = await send('conformance.plain', t.otherTenantId)
      const ended = await sendCompleted(t)
      await waitUntilListed(t, 4, { states: ['scheduled'] })
      await waitUntilListed(t, 1, { states: ['completed'] })
      const filter = { tenantId: t.tenantId, event: 'conformance.plain' } as object
      const dryRun = await t.client.inspect.cancelJobs(filter, { dryRun: true })
      checkCount(t, { count: dryRun.matched, isExact: dryRun.isComplete }, 3)
      const { matched, changed, failures, isComplete } = await t.client.inspect.cancelJobs(filter)
      assert.deepEqual(
        { matched, changed, failures, isComplete },
        {
          matched: 3,
          changed: 3,
          failures: 0,
          isComplete: true,
        },
      )
      const stateOf = async (id: string) => (await t.client.getJobStatus(id)).state
      for (const id of delayed) assert.equal(await stateOf(id), 'cancelled')
      assert.deepEqual(await Promise.all([other, foreign, ended].map(stateOf)), ['scheduled', 'scheduled', 'completed'])
      for (const id of [other, foreign]) await t.client.cancelJob(id)
    },
  },
  {
    id: 'inspect-change-by-id',
    title:
      '`inspect.retryJobs` and `inspect.cancelJobs` change the jobs of `ids`, each once, and only those of the tenant',
    requiredFeatures: ['inspect.getJob', 'retryJob', 'delay', 'cancelJob of a waiting job'],
    async run(t) {
      const failed = await sendFailed(t)
      const foreign = await sendFailed(t, t.otherTenantId)
      const completed = await sendCompleted(t)
      const sendDelayed = async (tenantId: string) =>
        (await t.send('conformance.plain', {}, { tenantId, options: { delay: '1h' } })).id
      const delayed = await sendDelayed(t.tenantId)
      const foreignDelayed = await sendDelayed(t.otherTenantId)
      const { inspect } = t.client
      const own = t.client.forTenant(t.tenantId).inspect
      await t.waitUntil('all jobs can be read in their states', async () => {
        const read = (ids: string[]) => Promise.all(ids.map(async (id) => (await inspect.getJob(id)).state))
        const states = await read([failed, foreign, completed, delayed, foreignDelayed])
        return states.join() === 'failed,failed,completed,scheduled,scheduled'
      })
      const unknown = [foreign, foreignDelayed, t.unique('unknown')]
      const ids = [failed, completed, delayed, failed, ...unknown]
      const count = { matched: 6, changed: 1, skipped: 2, failures: 3, isComplete: true }
      const checkResult = ({ failed: failures, ...counts }: ChangeJobsResult, expected: typeof count) => {
        assert.deepEqual(counts, expected)
        assert.deepEqual(failures.map(({ jobId }) => jobId).toSorted(), unknown.toSorted())
        for (const { error } of failures) assert.equal(error.code, 'job_not_found')
      }
      const dryRun = { ...count, matched: 1, changed: 0 }
      checkResult(await own.retryJobs({ ids }, { dryRun: true }), dryRun)
      checkResult(await own.cancelJobs({ ids }, { dryRun: true }), dryRun)
      checkResult(await own.retryJobs({ ids }), count)
      const { state, runs } = await t.waitForEnd(failed)
      assert.deepEqual([state, runs.length], ['completed', 2])
      checkResult(await own.cancelJobs({ ids }), count)
      assert.equal((await t.client.getJobStatus(delayed)).state, 'cancelled')

      for (const [id, expected] of [
        [foreign, 'failed'],
        [foreignDelayed, 'scheduled'],
      ] as const) {
        const { state: left, runs: leftRuns } = await t.client.getJobStatus(id)
        assert.deepEqual([left, leftRuns.length <= 1], [expected, true], 'The job of another tenant was changed.')
      }
      const all = await inspect.cancelJobs({ ids: [foreignDelayed, failed] })
      assert.deepEqual([all.changed, all.skipped], [1, 1])
      await t.expectError('invalid_option', () => own.cancelJobs({ ids: undefined } as never))
      await t.expectError('invalid_option', () => inspect.cancelJobs({ ids: [delayed], tenantId: t.tenantId } as never))
    },
  },
  {
    id: 'inspect-change-is-stopped',
    title: 'a change of many jobs stops when its signal aborts, and a repeated call does the rest',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by state', 'retryJob'],
    async run(t) {
      for (let count = 0; count < 3; count++) await sendFailed(t)
      await waitUntilListed(t, 3, { states: ['failed'] })
      const { tenantId } = t
      const { matched, changed, isComplete } = await t.client.inspect.retryJobs(
        { tenantId },
        {
          signal: AbortSignal.abort(),
        },
      )
      assert.deepEqual({ matched, changed, isComplete }, { matched: 0, changed: 0, isComplete: false })
      const rest = await t.client.inspect.retryJobs({ tenantId })
      assert.deepEqual([rest.changed, rest.isComplete], [3, true])
      for (const id of await listIds(t.client.inspect, { tenantId })) await t.waitForEnd(id)
    },
  },
  {
    id: 'inspect-change-needs-a-condition',
    title: 'a change of many jobs without a condition, or of jobs in a wrong state, is rejected',
    async run(t) {
      const { retryJobs, cancelJobs } = t.client.inspect
      const tenant = t.client.forTenant(t.tenantId).inspect
      for (const change of [retryJobs, cancelJobs, tenant.retryJobs, tenant.cancelJobs]) {
        await t.expectError('invalid_option', () => change({ states: ['completed'] }))
      }
      for (const change of [retryJobs, cancelJobs]) await t.expectError('invalid_option', () => change({}))
      await t.expectError('invalid_option', () => cancelJobs({ tenantId: undefined, states: ['queued'] }))
    },
  },
  {
    id: 'inspect-one-tenant',
    title: 'the inspector of one tenant shows and counts only its jobs, and refuses other tenants',
    requiredFeatures: ['inspect.listJobs', 'inspect.getJob'],
    async run(t) {
      const own = await sendCompleted(t)
      const foreign = await sendFailed(t, t.otherTenantId)
      await waitUntilListed(t, 1)
      await waitUntilListed(t, 1, { tenantId: t.otherTenantId })
      const { inspect } = t.client.forTenant(t.tenantId)
      assert.deepEqual(await listIds(inspect, {}), [own])
      assert.deepEqual(await listIds(inspect, { limit: 1 }), [own])
      assert.equal((await inspect.countJobs()).count, 1)
      assert.deepEqual(
        (await inspect.countJobs({ by: 'tenant' })).groups.map(({ key }) => key),
        [t.tenantId],
      )
      const stats = await inspect.getStats()
      assert.deepEqual([stats.jobs, stats.tenants.map(({ key }) => key)], [1, [t.tenantId]])
      assert.equal((await inspect.getJob(own)).id, own)
      await t.expectError('job_not_found', () => inspect.getJob(foreign))
      const filter = { tenantId: t.otherTenantId }
      await t.expectError('tenant_mismatch', () => inspect.listJobs(filter))
      await t.expectError('tenant_mismatch', () => inspect.countJobs(filter))
      await t.expectError('tenant_mismatch', () => inspect.getStats(filter))
      await t.expectError('tenant_mismatch', () => inspect.retryJobs(filter))
      await t.expectError('tenant_mismatch', () => inspect.cancelJobs(filter))
      await t.expectError('tenant_mismatch', async () => inspect.subscribe(filter, () => undefined))
    },
  },
  {
    id: 'inspect-cursor-of-another-tenant',
    title: 'a cursor of another list or a changed one never shows the jobs of another tenant',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      const own = await sendCompleted(t)
      for (let count = 0; count < 3; count++) await sendFailed(t, t.otherTenantId)
      await waitUntilListed(t, 3, { tenantId: t.otherTenantId })
      const { cursor } = await t.client.inspect.listJobs({ tenantId: t.otherTenantId, limit: 1 })
      assert.ok(cursor !== undefined)
      const { inspect } = t.client.forTenant(t.tenantId)
      for (const given of [cursor, `${cursor}x`, cursor.slice(1), 'x', '0', '{}', 'null', t.otherTenantId]) {
        const page = await inspect.listJobs({ cursor: given }).catch((error: unknown) => error)
        if (page instanceof Error) await t.expectError('invalid_option', () => Promise.reject(page))
        else for (const job of (page as { jobs: { id: string }[] }).jobs) assert.equal(job.id, own)
      }
    },
  },
  {
    id: 'inspect-run-cron-job',
    title: "`inspect.runCronJob` runs a cron job now, and with `overlap: 'skip'` not again before it has ended",
    requiredFeatures: ['inspect.runCronJob', 'cron', "cron.overlap: 'skip'"],
    requiredEquipment: ['definitions'],
    async run(t) {
      const definition = 'conformance-cron-manual'
      const before = t.now()
      const [job, ...others] = await t.client.inspect.runCronJob(definition)
      assert.ok(job)
      assert.deepEqual([job.event, job.tenantId, others.length], [`cron/${definition}`, systemTenantId, 0])
      const { details } = await t.waitForEntry({ jobId: job.id, kind: 'started' })
      assert.ok(Number(details['scheduledAt']) >= before - 1)
      await t.waitUntil('its run is open for all readers', async () => {
        return (await t.client.inspect.runCronJob(definition)).length === 0
      })
      assert.equal((await t.waitForEnd(job.id)).state, 'completed')
      const again = await t.waitUntil('it can run again', async () => {
        return (await t.client.inspect.runCronJob(definition))[0]
      })
      assert.notEqual(again.id, job.id)
      await t.waitForEnd(again.id)
      await t.expectError('definition_not_found', () => t.client.inspect.runCronJob(t.unique('none')))
      await t.expectError('definition_not_found', () => t.client.inspect.runCronJob('conformance-plain'))
      await t.expectError('definition_not_found', () => t.client.inspect.runCronJob('conformance-cron-disabled'))
    },
  },
  {
    id: 'inspect-run-cron-job-of-tenants',
    title: '`inspect.runCronJob` runs a cron job for each of its tenants',
    requiredFeatures: ['inspect.runCronJob', 'cron', 'cron.tenants', "cron.overlap: 'skip'"],
    requiredEquipment: ['definitions'],
    async run(t) {
      // A tick at this moment may still be running.
      const jobs = await t.waitUntil('it runs for both tenants', async () => {
        const sent = await t.client.inspect.runCronJob('conformance-cron-tenants')
        return sent.length === 2 && sent
      })
      assert.deepEqual(jobs.map(({ tenantId }) => tenantId).toSorted(), [...cronTenants].toSorted())
      for (const { id, tenantId } of jobs) {
        const { state } = await t.waitForEnd(id)
        assert.equal(state, tenantId === cronTenants[1] ? 'failed' : 'completed')
      }
    },
  },
])
