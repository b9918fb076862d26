import assert from 'node:assert/strict'

import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { cronTenants } from '../conformance-cron-jobs.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { nextTick, tickOf } from './next-tick.ts'

const minuteMs = 60_000
const [goodTenant, badTenant] = cronTenants

/** Cases: ticks become ordinary jobs. */
export const cronCases: readonly ConformanceCase[] = casesOf(rules.cron, [
  {
    id: 'a-tick-is-an-ordinary-job',
    title: "a tick creates an ordinary job of the tenant `system`, with the tick's time in the context",
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const started = await nextTick(t, t.now(), { definition: 'conformance-cron' })
      const tick = tickOf(started)
      assert.equal(tick % minuteMs, 0, 'The tick is not on a full minute.')
      assert.equal(started.details['scheduledAtIsDate'], true)
      t.expectDelay(started.at - tick, { description: 'The run', computedMs: 0, toleranceMs: 15_000 })
      assert.deepEqual([started.tenantId, started.attempt, started.maxAttempts], [systemTenantId, 1, 2])
      const status = await t.waitForEnd(started.jobId)
      assert.deepEqual(
        [status.event, status.tenantId, status.state],
        ['cron/conformance-cron', systemTenantId, 'completed'],
      )
      assert.deepEqual(
        status.runs.map(({ id, definitionId, output }) => [id, definitionId, output]),
        [[started.runId, 'conformance-cron', 'ticked']],
      )
    },
  },
  {
    id: 'every-tick-once',
    title: 'each tick runs once, followed by the next tick',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron'
      const tickAfter = (afterMs: number) => nextTick(t, afterMs, { definition })
      const ticks = [tickOf(await tickAfter(t.now()))]
      // A busy machine may report a tick, or start its run, so late that one is skipped: three in a row must come.
      for (let inARow = 1; inARow < 3;) {
        assert.ok(ticks.length < 7, 'The ticks never followed one another.')
        const last = ticks.at(-1)!
        const next = tickOf(await tickAfter(last))
        inARow = next - last === minuteMs ? inARow + 1 : 1
        ticks.push(next)
      }
      await t.advance(1000)
      const started = t.journal({ definition, kind: 'started' }).map(tickOf)
      assert.deepEqual(
        started.filter((tick) => tick >= ticks[0]! && tick <= ticks.at(-1)!),
        ticks,
      )
    },
  },
  {
    id: 'a-run-for-each-tenant',
    title: 'with `tenants`, a tick creates one job per tenant, with that tenant in the context',
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-tenants'
      const good = await nextTick(t, t.now(), { definition, tenantId: goodTenant })
      const bad = await t.waitUntil('the other tenant has its run', () =>
        t.journal({ definition, tenantId: badTenant, kind: 'started' }).find((entry) => tickOf(entry) === tickOf(good)),
      )
      assert.notEqual(bad.jobId, good.jobId)
      assert.notEqual(bad.runId, good.runId)
      for (const { jobId, tenantId } of [good, bad]) assert.equal((await t.waitForEnd(jobId)).tenantId, tenantId)
      await t.advance(300)
      const ofTick = t.journal({ definition, kind: 'started' }).filter((entry) => tickOf(entry) === tickOf(good))
      // By job, because another case retries a tenant's run.
      const byJob = new Map(ofTick.map(({ jobId, tenantId }) => [jobId, tenantId]))
      assert.deepEqual([...byJob.values()].toSorted(), [...cronTenants].toSorted())
    },
  },
  {
    id: 'a-tick-names-no-tenant',
    title: 'the job that sends the jobs of the tenants counts them and names none, because the platform can read it',
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'", 'listJobs'],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-tenants'
      const event = `cron/${definition}` as const
      await nextTick(t, t.now(), { definition, tenantId: goodTenant })
      const status = await t.waitUntil('the job of the tick has ended', async () => {
        const { jobs } = await t.client.forSystem().listJobs({ event, state: 'completed', limit: 1 })
        return jobs[0]
      })
      const { sent, skipped, ...more } = status.runs[0]?.output as Record<string, unknown>
      assert.deepEqual(more, {})
      // A tenant whose run from the tick before has not ended is skipped.
      assert.equal(Number(sent) + Number(skipped), cronTenants.length)
      assert.deepEqual([typeof sent, typeof skipped], ['number', 'number'])
    },
  },
  {
    id: 'tenants-fail-apart',
    title:
      "one tenant's failure does not affect another tenant's run, and `onFailure` is called only for the failed one",
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-tenants'
      const bad = await nextTick(t, t.now(), { definition, tenantId: badTenant })
      const good = await t.waitUntil('the other tenant has its run', () =>
        t.journal({ definition, tenantId: goodTenant, kind: 'started' }).find((entry) => tickOf(entry) === tickOf(bad)),
      )
      assert.equal((await t.waitForEnd(good.jobId)).state, 'completed')
      const failed = await t.waitForEnd(bad.jobId)
      assert.equal(failed.state, 'failed')
      assert.equal(failed.runs[0]?.attempts, 1)
      const report = await t.waitForEntry({ jobId: bad.jobId, kind: 'onFailure' })
      assert.equal(tickOf(report), tickOf(bad))
      assert.deepEqual(t.journal({ jobId: good.jobId, kind: 'onFailure' }), [])
      await t.expectError('job_not_found', () => t.client.forTenant(goodTenant).getJobStatus(bad.jobId))
      assert.equal((await t.client.forTenant(badTenant).getJobStatus(bad.jobId)).id, bad.jobId)
    },
  },
  {
    id: 'ticks-in-a-time-zone',
    title: 'a schedule uses its own time zone',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const zones = [{ definition: 'conformance-cron-morning' }, { definition: 'conformance-cron-far-morning' }]
      const first = await nextTick(t, t.now(), ...zones)
      await t.advance(1000)
      const morning = new Date(tickOf(first)).getUTCHours() < 12
      assert.equal(first.definition, morning ? 'conformance-cron-morning' : 'conformance-cron-far-morning')
      const hours = (definition: string) =>
        t.journal({ definition, kind: 'started' }).map((found) => new Date(tickOf(found)).getUTCHours())
      assert.ok(
        hours('conformance-cron-morning').every((hour) => hour < 12),
        'The job ticked outside the morning in UTC.',
      )
      assert.ok(
        hours('conformance-cron-far-morning').every((hour) => hour >= 12),
        'The job ticked outside the morning in its zone.',
      )
    },
  },
  {
    id: 'a-tick-is-retried',
    title: 'a cron run is retried by its retry policy, then `onFailure` is called with the tick',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const started = await nextTick(t, t.now(), { definition: 'conformance-cron-retried' })
      const { jobId } = started
      const status = await t.waitForEnd(jobId)
      assert.equal(status.state, 'failed')
      const attempts = t.journal({ jobId, kind: 'started' })
      assert.deepEqual(
        attempts.map(({ attempt }) => attempt),
        [1, 2],
      )
      assert.deepEqual(attempts.map(tickOf), [tickOf(started), tickOf(started)])
      const { retryToleranceMs: toleranceMs } = t.capabilities
      const [threw] = t.journal({ jobId, kind: 'threw' })
      const computedMs = t.retryDelay(Math.max(100, t.capabilities.minRetryDelayMs))
      t.expectDelay(attempts[1]!.at - threw!.at, { description: 'The second attempt', computedMs, toleranceMs })
      const reports = t.journal({ jobId, kind: 'onFailure' })
      assert.deepEqual(
        reports.map((report) => [report.attempt, tickOf(report)]),
        [[2, tickOf(started)]],
      )
    },
  },
])
