import assert from 'node:assert/strict'

import { defineCronJob, type CronJobOptions } from '@cgk-platform/jobs-core'
import { InvalidDefinitionError } from '@cgk-platform/jobs-core/errors'
import { withSeparateRegistry } from '@cgk-platform/jobs-core/tools'

import type { CaseTools } from '../case-tools.ts'
import { cronTenants, overlappingMs, spreadTenants } from '../conformance-cron-jobs.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { JournalEntry } from '../journal.ts'
import { casesOf } from '../cases-of.ts'
import { nextTick, tickOf } from './next-tick.ts'

const minuteMs = 60_000
/** A run that starts later belongs to a missed tick, which is half a minute late. Allows for a busy machine. */
const onTimeMs = 25_000

/** Suspends the engine for ten ticks of a cron job, and returns the last tick before. */
async function sleepOverTicks(t: CaseTools, definition: string): Promise<number> {
  const before = tickOf(await nextTick(t, t.now(), { definition }))
  // Ends about half a minute after a tick, too late to count as on time. Subtracts the delay of a slow tick before the
  // suspension, so that it does not end near the next one.
  const slowMs = Math.max(0, t.now() - before - 15_000)
  await t.engine.suspend!(10 * minuteMs + minuteMs / 2 - slowMs)
  await t.send('conformance.nobody') // so that the engine wakes up now
  return before
}

/** Cases: overlapping and missed ticks, and control of cron runs. */
export const cronControlCases: readonly ConformanceCase[] = casesOf(rules.cron, [
  {
    id: 'overlap-is-skipped',
    title: 'a tick is skipped while the previous run is still running',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-skip'
      const first = await nextTick(t, t.now(), { definition })
      const nextTickAt = tickOf(first) + minuteMs
      await t.advance(Math.max(0, nextTickAt + 3000 - t.now()))
      assert.equal((await t.client.getJobStatus(first.jobId)).state, 'running')
      assert.ok(
        t.journal({ definition, kind: 'started' }).every((entry) => tickOf(entry) <= tickOf(first)),
        'The tick was not skipped.',
      )
      assert.equal((await t.waitForEnd(first.jobId)).state, 'completed')
      assert.ok(
        t.journal({ definition, kind: 'started' }).every((entry) => tickOf(entry) !== nextTickAt),
        'The tick was delayed, not skipped.',
      )
    },
  },
  {
    id: 'overlap-is-allowed',
    title: "with `overlap: 'allow'`, a tick starts a run while the previous one is running",
    requiredFeatures: ['cron', "cron.overlap: 'allow'"],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-allow'
      /** Returns the next run after `first`, and whether it started before `first` ended. */
      const follow = async (first: JournalEntry): Promise<{ second: JournalEntry; overlaps: boolean }> => {
        const second = await nextTick(t, tickOf(first), { definition })
        const { at } = await t.waitForEntry({ jobId: first.jobId, kind: 'returned' })
        assert.ok(at - first.at >= overlappingMs - 2)
        return { second, overlaps: second.at < at }
      }
      const { second, overlaps } = await follow(await nextTick(t, t.now(), { definition }))
      // A busy machine may start a run so late that the previous one has ended.
      assert.ok(overlaps || (await follow(second)).overlaps, 'Each run waited for the previous one.')
    },
  },
  {
    id: 'tenants-are-spread',
    title: 'with `spread`, each tenant starts at its own time after the tick, the same in every tick',
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'", 'delay'],
    waitsForTicks: true,
    async run(t) {
      const definition = 'conformance-cron-spread'
      /** Returns how long after its tick a run was due. */
      const placeOf = async ({ jobId, at, details }: JournalEntry): Promise<number> => {
        const { scheduledFor } = await t.client.getJobStatus(jobId)
        assert.ok(scheduledFor && at >= scheduledFor.getTime(), 'The run started too early.')
        return scheduledFor.getTime() - Number(details['scheduledAt'])
      }
      const [slowTenant, tenantId] = spreadTenants
      const places: number[] = []
      // A busy machine may dispatch a tick after the time of its run. Then the run is due later.
      for (let afterMs = t.now(); new Set(places).size === places.length;) {
        assert.ok(places.length < 5, `The runs were due ${places.join(', ')} ms after their ticks.`)
        const started = await nextTick(t, afterMs, { definition, tenantId })
        places.push(await placeOf(started))
        afterMs = tickOf(started)
      }
      const placeMs = places.at(-1)!
      assert.ok(placeMs > 0 && placeMs < 50_000, `The runs were due ${placeMs} ms after their ticks.`)
      assert.notEqual(await placeOf(await t.waitForEntry({ definition, tenantId: slowTenant })), placeMs)
    },
  },
  {
    id: 'overlap-of-spread-tenants-is-skipped',
    title: 'with `spread`, a tick is skipped for a tenant whose run is still running',
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'", 'delay'],
    waitsForTicks: true,
    async run(t) {
      const of = { definition: 'conformance-cron-spread', tenantId: spreadTenants[0] }
      let isSkipped = false
      // A busy machine may dispatch a tick so late that the run of the previous one has ended.
      for (let first = await nextTick(t, t.now(), of), tries = 0; !isSkipped; tries++) {
        assert.ok(tries < 3, 'No tick was skipped.')
        const second = await nextTick(t, tickOf(first), of)
        const [returned] = t.journal({ jobId: first.jobId, kind: 'returned' })
        assert.ok(returned && returned.at <= second.at, 'Two runs of the tenant overlapped.')
        isSkipped = tickOf(second) >= tickOf(first) + 2 * minuteMs
        first = second
      }
    },
  },
  {
    id: 'cron-runs-can-be-cancelled',
    title: "a cron job's run can be cancelled like any other",
    requiredFeatures: ['cron', "cron.overlap: 'allow'", 'cancelJob of a running job'],
    waitsForTicks: true,
    async run(t) {
      const { jobId } = await nextTick(t, t.now(), { definition: 'conformance-cron-long' })
      assert.equal((await t.client.cancelJob(jobId)).state, 'cancelled')
      const { details } = await t.waitForEntry({ jobId, kind: 'aborted' })
      assert.equal(details['reason'], 'JobCancelledError')
      await t.advance(300)
      assert.equal((await t.client.getJobStatus(jobId)).state, 'cancelled')
    },
  },
  {
    id: 'cron-runs-can-be-retried',
    title: "a tenant's failed cron run can be retried like any other, with the same tick",
    requiredFeatures: ['cron', 'cron.tenants', "cron.overlap: 'skip'", 'retryJob'],
    waitsForTicks: true,
    async run(t) {
      const first = await nextTick(t, t.now(), { definition: 'conformance-cron-tenants', tenantId: cronTenants[1] })
      const { jobId } = first
      assert.equal((await t.waitForEnd(jobId)).state, 'failed')
      assert.equal((await t.client.retryJob(jobId)).id, jobId)
      const again = await t.waitUntil('the new run has started', () =>
        t.journal({ jobId, kind: 'started' }).find(({ runId }) => runId !== first.runId),
      )
      assert.deepEqual([tickOf(again), again.tenantId, again.attempt], [tickOf(first), first.tenantId, 1])
      const { runs } = await t.waitForEnd(jobId)
      assert.equal(runs.length, 2)
      assert.equal(runs[1]?.retryOf, first.runId)
    },
  },
  {
    id: 'missed-ticks-are-dropped',
    title: 'ticks that were missed while the engine was stopped are dropped, and the next tick is on time',
    requiredFeatures: ['cron', "cron.overlap: 'skip'"],
    requiredEquipment: ['suspend'],
    runsAlone: true,
    async run(t) {
      const definition = 'conformance-cron'
      const before = await sleepOverTicks(t, definition)
      const next = await nextTick(t, before, { definition })
      assert.ok(
        next.at - tickOf(next) <= onTimeMs,
        `The tick of ${new Date(tickOf(next)).toISOString()} ran although it was missed.`,
      )
      assert.ok(tickOf(next) > before + 10 * minuteMs)
    },
  },
  {
    id: 'the-latest-missed-tick-is-made-up-for',
    title: "with `catchUp: 'latest'`, only the latest missed tick runs, once, after the engine restarts",
    requiredFeatures: ['cron', "cron.overlap: 'skip'", "cron.catchUp: 'latest'"],
    requiredEquipment: ['suspend'],
    runsAlone: true,
    async run(t) {
      const definition = 'conformance-cron-caught-up'
      const before = await sleepOverTicks(t, definition)
      const caughtUp = await nextTick(t, before, { definition })
      assert.ok(caughtUp.at - tickOf(caughtUp) > onTimeMs, 'The missed tick was dropped.')
      const next = await nextTick(t, tickOf(caughtUp), { definition })
      assert.equal(tickOf(next) - tickOf(caughtUp), minuteMs)
      const since = t.journal({ definition, kind: 'started' }).filter((entry) => tickOf(entry) > before)
      assert.deepEqual(since.map(tickOf), [tickOf(caughtUp), tickOf(next)])
    },
  },
  {
    id: 'wrong-schedules-are-refused',
    title: 'defining an invalid schedule or time zone throws, and weekday 7 is Sunday',
    async run() {
      const define = (options: Partial<CronJobOptions<unknown>>) =>
        withSeparateRegistry(() =>
          defineCronJob({
            id: 'conformance-refused',
            schedule: '* * * * *',
            handler: () => undefined,
            ...options,
          }),
        )
      const wrong: Partial<Record<keyof CronJobOptions<unknown>, unknown>>[] = [
        ...[
          '',
          '* * * *',
          '* * * * * *',
          '60 * * * *',
          '0 24 * * *',
          '0 0 31 2 *',
          '0 0 * * 8',
          '@daily',
          'every day',
        ].map((schedule) => ({ schedule })),
        ...['Europe/Atlantis', '+01:00', ''].map((timezone) => ({ timezone })),
        { overlap: 'queue' },
        { catchUp: 'all' },
        { tenants: ['one'] },
      ]
      for (const options of wrong) {
        assert.throws(() => define(options as never), InvalidDefinitionError.isInstance, JSON.stringify(options))
      }
      const sunday = define({ schedule: '0 0 * * 7' }).schedule.next(Date.UTC(2026, 0, 1))
      assert.equal(new Date(sunday).getUTCDay(), 0)
    },
  },
])
