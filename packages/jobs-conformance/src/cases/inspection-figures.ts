import assert from 'node:assert/strict'

import { isEnded, type JobState, type JobStatus } from '@cgk-platform/jobs-core'
import type { JobStats } from '@cgk-platform/jobs-core/inspect'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import type { CaseTools } from '../case-tools.ts'
import { alertsId } from '../conformance-cron-jobs.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { listIds, sendCompleted, waitUntilListed, sendFailed } from '../inspection-tools.ts'
import { sendProgram } from '../workflow-tools.ts'

/** The figures of a definition that follow from the runs of some jobs. */
interface Figures {
  completed: number
  failed: number
  open: number
}

/** Counts the runs that ended since, and those that are open of jobs that were sent since. */
function countRuns(jobs: readonly JobStatus[], since: Date): Record<string, Figures> {
  const figures: Record<string, Figures> = {}
  for (const { runs, createdAt } of jobs) {
    for (const { definitionId, state, endedAt } of runs) {
      const isOpen = !isEnded(state)
      if (isOpen ? createdAt < since : !endedAt || endedAt < since) continue
      const of = (figures[definitionId] ??= { completed: 0, failed: 0, open: 0 })
      if (isOpen) of.open++
      else if (state === 'completed' || state === 'failed') of[state]++
    }
  }
  return figures
}

function sum(stats: JobStats, name: 'sent' | 'completed' | 'failed'): number {
  return stats.intervals.reduce((total, interval) => total + interval[name], 0)
}

function pick({ completed, failed, open }: Figures): Figures {
  return { completed, failed, open }
}

/** Sends an event with three definitions, of which one fails this number of times. */
async function sendFanOut(t: CaseTools, runs: number): Promise<string> {
  const scripts = { 'conformance-fan-out-b': { failure: { as: 'nonRetryable', runs } } }
  const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts } })
  await t.waitForEnd(id)
  return id
}

/** Cases: figures of runs. */
export const inspectionFigureCases: readonly ConformanceCase[] = casesOf(rules.inspection, [
  {
    id: 'inspect-stats-count-runs',
    title: '`inspect.getStats` counts runs by their ends: of each definition, each retry, late ends and open workflows',
    requiredFeatures: ['inspect.listJobs', 'retryJob', 'workflows'],
    async run(t) {
      await sendCompleted(t)
      const late = await t.send('conformance.once', { isHeld: true, failure: { as: 'error', runs: 1 } })
      await t.waitForEntry({ jobId: late.id, kind: 'started' })
      await t.advance(50)
      const since = new Date(t.now())
      await t.advance(50)
      t.release(late.id)
      await t.waitForEnd(late.id)
      const [retried, broken] = [await sendFanOut(t, 1), await sendFanOut(t, 5)]
      await t.client.retryJob(retried)
      await t.waitForEnd(retried)
      const asleep = await sendProgram(t, [{ do: 'sleep', id: 'nap', ms: 3_600_000 }])
      await t.waitUntil('the workflow sleeps', async () => {
        const { runs } = await t.client.getJobStatus(asleep.id)
        return runs[0]?.startedAt !== undefined
      })
      const listed = await waitUntilListed(t, 5)

      const stats = await t.client.inspect.getStats({ tenantId: t.tenantId, since, intervals: 4 })
      const expected = countRuns(await Promise.all(listed.map(({ id }) => t.client.getJobStatus(id))), since)
      await t.client.cancelJob(asleep.id)
      const all = Object.values(expected)
      const total = (name: keyof Figures): number => all.reduce((count, figures) => count + figures[name], 0)
      assert.deepEqual([total('completed'), total('failed'), total('open')], [5, 3, 1])
      if (!stats.isComplete) {
        // Other cases' jobs fill the pages that an engine without counts reads.
        assert.ok(sum(stats, 'completed') <= 5 && sum(stats, 'failed') <= 3)
        assert.ok(stats.searchedTo, 'Incomplete figures do not tell up to which time they are known.')
        return
      }
      assert.equal(stats.jobs, 3)
      assert.deepEqual([sum(stats, 'sent'), sum(stats, 'completed'), sum(stats, 'failed')], [3, 5, 3])
      assert.deepEqual(Object.fromEntries(stats.definitions.map((group) => [group.key, pick(group)])), expected)
      assert.deepEqual(stats.tenants.map(pick), [{ completed: 5, failed: 3, open: 1 }])
      const failures = stats.failures.map(({ id, definitionIds }) => [id, ...definitionIds].join(' '))
      assert.deepEqual(
        failures.toSorted(),
        [`${broken} conformance-fan-out-b`, `${late.id} conformance-once`].toSorted(),
      )
    },
  },
  {
    id: 'inspect-history',
    title: '`inspect.getHistory` counts the runs of a definition as they come and end, and those that are open',
    requiredFeatures: ['inspect.listJobs', 'retryJob'],
    runsAlone: true,
    async run(t) {
      const read = async () => {
        const { intervals, isComplete } = await t.client.inspect.getHistory({ definitionId: 'conformance-once' })
        const total = (of: 'created' | 'completed' | 'failed' | 'cancelled'): number =>
          intervals.reduce((count, interval) => count + interval[of], 0)
        const ended = [total('completed'), total('failed'), total('cancelled')]
        return {
          isComplete,
          totals: [total('created'), ...ended, intervals.at(-1)!.open ?? 0],
          last: intervals.at(-1)!,
        }
      }
      const before = await read()
      const change = async () => (await read()).totals.map((count, at) => count - before.totals[at]!)
      await t.waitForEnd((await t.send('conformance.once')).id)
      const failed = await sendFailed(t)
      await t.client.retryJob(failed)
      await t.waitForEnd(failed)
      const held = await t.send('conformance.once', { isHeld: true })
      await t.waitForEntry({ jobId: held.id, kind: 'started' })
      const countsExactly = t.capabilities.features['inspect.countJobs: exact'].supported
      if (!countsExactly) return void (await t.client.cancelJob(held.id)) // it lists jobs late, and only the newest ones
      assert.deepEqual(await change(), [4, 2, 1, 0, 1])
      await t.client.cancelJob(held.id)
      t.release(held.id)
      await t.waitForEnd(held.id)
      await t.waitUntil('no run is open', async () => (await change())[4] === 0)
      assert.deepEqual(await change(), [4, 2, 1, 1, 0])
      const { medianMs, p95Ms } = (await read()).last
      assert.ok(medianMs! >= 0 && medianMs! <= p95Ms!, `${medianMs} ms, 95 %: ${p95Ms} ms`)
    },
  },
  {
    id: 'alerts-begin-once',
    title: 'alerts report an incident when it begins, and each tick reads from the previous one that it is open',
    requiredFeatures: ['inspect.runCronJob', 'inspect.listJobs', 'cron', 'concurrency', "cron.overlap: 'skip'"],
    requiredEquipment: ['definitions'],
    async run(t) {
      await sendFailed(t)
      await waitUntilListed(t, 1)
      await t.advance(5)
      const tick = async () => {
        const job = await t.waitUntil('the previous tick has ended', async () => {
          return (await t.client.inspect.runCronJob(alertsId))[0]
        })
        const { state, runs } = await t.waitForEnd(job.id)
        assert.equal(state, 'completed', JSON.stringify(runs[0]?.error))
        const filter = { tenantId: systemTenantId, definitionId: alertsId, states: ['completed'] as const }
        await t.waitUntil('the tick is listed', async () => {
          return (await t.client.inspect.listJobs(filter)).jobs.some(({ id }) => id === job.id)
        })
        await t.advance(5)
        return runs[0]!.output as { readonly incidents: readonly { readonly id: string; readonly since: string }[] }
      }
      const before = t.now()
      const first = await tick()
      const second = await tick()
      assert.equal(first.incidents.length, 1)
      const { id: incidentId, since } = first.incidents[0]!
      assert.equal(second.incidents[0]?.id, incidentId)
      const messages = t.journal({ definition: alertsId, kind: 'notified' })
      // On a server that lasts, an earlier run of the suite has begun it.
      const isNew = Date.parse(since) >= before - 1000
      assert.deepEqual(
        messages.map(({ details }) => [details['type'], details['incidentId']]),
        isNew ? [['alert.began', incidentId]] : [],
      )
    },
  },
  {
    id: 'inspect-errors',
    title:
      '`inspect.listErrors` groups the runs that fail, without cancelled jobs, and `retryJobs` retries those of a group',
    requiredFeatures: ['inspect.listJobs', 'retryJob'],
    async run(t) {
      const one = await sendFailed(t)
      const other = await sendFailed(t)
      await sendFanOut(t, 5)
      await sendCompleted(t)
      const failing = { failure: { as: 'nonRetryable', runs: 5 } } as const
      const scripts = { 'conformance-fan-out-b': failing, 'conformance-fan-out-c': { isHeld: true } }
      const cancelled = await t.send('conformance.fan-out', undefined, { payload: { scripts } })
      await t.waitUntil('one of its runs has failed', async () => {
        const { runs } = await t.client.getJobStatus(cancelled.id)
        return runs.some(({ state }) => state === 'failed')
      })
      await t.client.cancelJob(cancelled.id)
      t.release(cancelled.id)
      await t.waitForEnd(cancelled.id)
      await waitUntilListed(t, 5)
      const list = async () => {
        const { groups, isComplete } = await t.client.inspect.listErrors({ tenantId: t.tenantId })
        assert.ok(isComplete || !t.capabilities.features['inspect.countJobs: exact'].supported)
        return groups
      }
      const groups = await list()
      const errorGroup = 'ConformanceFailure: failed on purpose in attempt #'
      const shown = groups.map((group) => [group.definitionId, group.errorGroup, group.failed, group.retrying])
      assert.deepEqual(shown, [
        ['conformance-once', errorGroup, 2, 0],
        ['conformance-fan-out-b', 'NonRetryableError: failed on purpose in attempt #', 1, 0],
      ])
      const [group] = groups
      assert.deepEqual([group!.tenants, group!.topTenants], [1, [{ key: t.tenantId, count: 2 }]])
      assert.equal(group!.latestJobId, other)
      assert.ok(group!.firstSeen <= group!.lastSeen)
      assert.equal(
        group!.trend.reduce((total, runs) => total + runs, 0),
        2,
      )

      const filter = { tenantId: t.tenantId, definitionId: 'conformance-once', errorGroup }
      assert.deepEqual(await listIds(t.client.inspect, filter), [other, one])
      assert.deepEqual(await listIds(t.client.inspect, { tenantId: t.tenantId, errorGroup }), [other, one])
      assert.deepEqual(await listIds(t.client.inspect, { ...filter, errorGroup: 'Other' }), [])
      const retried = await t.client.inspect.retryJobs(filter)
      assert.deepEqual([retried.matched, retried.changed, retried.failures], [2, 2, 0])
      await t.waitForEnd(one)
      await t.waitForEnd(other)
      await t.waitUntil('only the job that was not retried is in a group', async () => {
        const left = (await list()).map(({ definitionId }) => definitionId)
        return left.length === 1 && left[0] === 'conformance-fan-out-b'
      })
    },
  },
  {
    id: 'inspect-list-of-runs',
    title: '`inspect.listJobs` has the attempts, the duration and the error of the newest runs',
    requiredFeatures: ['inspect.listJobs', 'retryJob'],
    async run(t) {
      const id = await sendFanOut(t, 1)
      const states = async (): Promise<Record<string, JobState>> => {
        const [job] = await waitUntilListed(t, 1)
        return Object.fromEntries(job!.runs.map((run) => [run.definitionId.slice(-1), run.state]))
      }
      assert.deepEqual(await states(), { a: 'completed', b: 'failed', c: 'completed' })
      const [failed] = await waitUntilListed(t, 1)
      const named = failed!.runs.filter(({ error }) => error !== undefined).map(({ definitionId }) => definitionId)
      assert.deepEqual(named, ['conformance-fan-out-b'])
      await t.client.retryJob(id)
      await t.waitForEnd(id)
      const job = await t.waitUntil('the list shows the end of the retry', async () => {
        const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId })
        return jobs[0]?.state === 'completed' && jobs[0]
      })
      assert.deepEqual([job.runs.length, job.error], [4, undefined])
      assert.ok(job.attempts === undefined || job.attempts === 1, `The job has ${job.attempts} attempts.`)
      const took = job.runs.flatMap(({ startedAt, endedAt }) => (startedAt && endedAt ? [+endedAt - +startedAt] : []))
      assert.ok(job.durationMs === undefined || job.durationMs <= Math.max(...took))
    },
  },
])
