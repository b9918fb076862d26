import assert from 'node:assert/strict'

import type { JobState } from '@cgk-platform/jobs-core'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

const ids = ['a', 'b', 'c'].map((name) => `conformance-fan-out-${name}`)
const [a, b, c] = ids as [string, string, string]

/** Cases: one event creates one job, with one run per subscribed definition. */
export const fanOutCases: readonly ConformanceCase[] = casesOf(rules.terms, [
  {
    id: 'three-subscribers-three-runs',
    title: 'an event with three subscribed definitions creates one job with three runs',
    async run(t) {
      const { id } = await t.send('conformance.fan-out')
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'completed')
      assert.deepEqual(status.runs.map(({ definitionId }) => definitionId).toSorted(), ids)
      assert.equal(new Set(status.runs.map((run) => run.id)).size, 3, 'Runs share an id.')
      const started = t.journal({ jobId: id, kind: 'started' })
      assert.deepEqual(
        started.map(({ definition }) => definition).toSorted(),
        ids,
        'A handler was not called exactly once.',
      )
      for (const { definition, runId } of started) {
        assert.equal(runId, status.runs.find((run) => run.definitionId === definition)?.id)
      }
    },
  },
  {
    id: 'no-subscriber-is-unhandled',
    title: 'an event without subscribers creates a job that ends as unhandled, with a warning',
    async run(t) {
      const { id } = await t.send('conformance.nobody')
      const { state, runs, endedAt } = await t.waitForSettled(t.client.waitForJob(id))
      assert.deepEqual([state, runs, endedAt instanceof Date], ['unhandled', [], true])
      const isWarned = () =>
        t.journal({ kind: 'warned' }).some(({ details }) => String(details['text']).includes('`conformance.nobody`'))
      await t.waitUntil('there is a warning that names the event', isWarned)
      assert.equal((await t.client.cancelJob(id)).state, 'unhandled')
    },
  },
  {
    id: 'unhandled-jobs-are-listed',
    title: 'unhandled jobs are listed by their state, and keep their idempotency keys',
    requiredFeatures: ['listJobs', 'inspect.listJobs', 'inspect.listJobs by state', 'idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const { id } = await t.send('conformance.nobody', undefined, { options })
      await t.waitForEnd(id)
      const again = await t.send('conformance.nobody', undefined, { options })
      assert.deepEqual([again.id, again.deduplicated], [id, true])
      const of = (state: JobState) => ({ tenantId: t.tenantId, states: [state] })
      const idsOf = async (state: JobState) => (await t.client.inspect.listJobs(of(state))).jobs.map((job) => job.id)
      await t.waitUntil('the job is listed', async () => (await idsOf('unhandled')).length > 0)
      assert.deepEqual([await idsOf('unhandled'), await idsOf('completed')], [[id], []])
      const { jobs } = await t.client.listJobs({ tenantId: t.tenantId, state: 'unhandled' })
      assert.deepEqual(
        jobs.map((job) => job.id),
        [id],
      )
      assert.equal((await t.client.inspect.countJobs(of('unhandled'))).count, 1)
      // Many may be unhandled on purpose.
      assert.equal((await t.client.inspect.retryJobs({ tenantId: t.tenantId }, { dryRun: true })).matched, 0)
      assert.equal((await t.client.inspect.retryJobs(of('unhandled'), { dryRun: true })).matched, 1)
    },
  },
  {
    id: 'one-failure-fails-the-job',
    title: 'a job fails if one of its runs fails, however the others end',
    async run(t) {
      const failure = { as: 'nonRetryable' } as const
      const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts: { [b]: { failure } } } })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      const states = Object.fromEntries(status.runs.map((run) => [run.definitionId, run.state]))
      assert.deepEqual(states, { [a]: 'completed', [b]: 'failed', [c]: 'completed' })
    },
  },
  {
    id: 'running-until-the-last-run-ends',
    title: 'a job does not end while one of its runs is running',
    async run(t) {
      const scripts = { [a]: { failure: { as: 'nonRetryable' } }, [c]: { isHeld: true } }
      const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts } })
      await t.waitForEntry({ jobId: id, definition: c, kind: 'started' })
      const status = await t.waitUntil('two of three runs have ended', async () => {
        const read = await t.client.getJobStatus(id)
        return read.runs.filter((run) => run.state === 'completed' || run.state === 'failed').length === 2 && read
      })
      assert.equal(status.state, 'running')
      assert.equal(status.endedAt, undefined)
      t.release(id)
      assert.equal((await t.waitForEnd(id)).state, 'failed')
    },
  },
  {
    id: 'subscribers-retry-apart',
    title: 'a retry of one run does not repeat the runs of other definitions',
    async run(t) {
      const scripts = { [b]: { failure: { as: 'error', attempts: 1 } } }
      const { id } = await t.send('conformance.fan-out', undefined, { payload: { scripts } })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'completed')
      const attempts = Object.fromEntries(status.runs.map((run) => [run.definitionId, run.attempts]))
      assert.deepEqual(attempts, { [a]: 1, [b]: 2, [c]: 1 })
      const started = t.journal({ jobId: id, kind: 'started' }).map(({ definition }) => definition)
      assert.deepEqual(started.toSorted(), [a, b, b, c])
    },
  },
])
