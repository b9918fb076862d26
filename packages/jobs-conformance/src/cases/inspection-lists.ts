import assert from 'node:assert/strict'

import type { JobState } from '@cgk-platform/jobs-core'
import type { CountGroup } from '@cgk-platform/jobs-core/inspect'

import type { CaseTools } from '../case-tools.ts'
import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import {
  checkCount,
  listIds,
  listsWaits,
  readPages,
  sendCompleted,
  sendFailed,
  summaryOf,
  waitUntilListed,
} from '../inspection-tools.ts'
import { sendProgram, waitForStepState } from '../workflow-tools.ts'

/** Sends three jobs that end, and returns their ids, oldest first. */
async function sendThree(t: CaseTools): Promise<[string, string, string]> {
  const first = await sendCompleted(t)
  const second = await sendFailed(t)
  const third = await sendCompleted(t)
  await waitUntilListed(t, 3)
  return [first, second, third]
}

/** Cases: lists, counts and figures. */
export const inspectionListCases: readonly ConformanceCase[] = casesOf(rules.inspection, [
  {
    id: 'inspect-list-suspended',
    title: 'a list tells a workflow that waits from one that runs code, and from a handler that runs',
    requiredFeatures: ['inspect.listJobs', 'workflows', 'status.steps', 'cancelJob of a running job'],
    async run(t) {
      const running = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: running.id, kind: 'started' })
      const workflow = await sendProgram(t, [{ do: 'sleep', id: 'nap', ms: 3_600_000 }])
      await waitForStepState(t, workflow.id, 'nap', 'waiting')
      const listed = listsWaits(t)
        ? await t.waitUntil('the workflow is suspended', async () => {
            const job = await summaryOf(t, workflow.id)
            return job.isSuspended && job
          })
        : await summaryOf(t, workflow.id)
      assert.equal(listed.state, 'running')
      assert.ok(!('isSuspended' in (await summaryOf(t, running.id))), 'A handler that runs is suspended.')
      t.release(running.id)
      await t.client.cancelJob(workflow.id)
      for (const { id } of [running, workflow]) {
        await t.waitForEnd(id)
        const ended = await t.waitUntil('the end is listed', async () => {
          const job = await summaryOf(t, id)
          return job.state !== 'running' && job
        })
        assert.ok(!('isSuspended' in ended), 'A job that ended is suspended.')
      }
    },
  },
  {
    id: 'inspect-list',
    title: '`inspect.listJobs` lists the jobs of a tenant and an event, newest first, as their statuses have them',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      const [first, second, third] = await sendThree(t)
      const { tenantId } = t
      const { jobs } = await t.client.inspect.listJobs({ tenantId })
      assert.deepEqual(
        jobs.map(({ id }) => id),
        [third, second, first],
      )
      for (const job of jobs) {
        const status = await t.client.getJobStatus(job.id)
        const facts = ({ id, event, state, createdAt }: Pick<typeof job, 'id' | 'event' | 'state' | 'createdAt'>) => [
          id,
          event,
          state,
          createdAt,
        ]
        assert.deepEqual(facts(job), facts(status))
        assert.equal(job.tenantId, tenantId)
        assert.deepEqual(
          job.definitionIds,
          status.runs.map(({ definitionId }) => definitionId),
        )
      }
      const failed = jobs[1]!.error
      assert.deepEqual([failed?.name, failed?.message], ['ConformanceFailure', 'failed on purpose in attempt 1'])
      assert.ok(jobs[0]!.error === undefined, 'A completed job has an error.')
      const ids = (options: object) => listIds(t.client.inspect, { tenantId, ...options })
      assert.deepEqual(await ids({ event: 'conformance.once' }), [second])
      assert.deepEqual(await ids({ event: 'conformance.linear' }), [])
      assert.deepEqual(await ids({ limit: 1 }), [third, second, first])
    },
  },
  {
    id: 'inspect-list-by-definition',
    title: '`inspect.listJobs` lists the jobs with a run of a definition',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by definition'],
    async run(t) {
      const [first, , third] = await sendThree(t)
      const fanOut = (await t.send('conformance.fan-out')).id
      await t.waitForEnd(fanOut)
      await waitUntilListed(t, 4)
      const ids = (definitionId: string) => listIds(t.client.inspect, { tenantId: t.tenantId, definitionId })
      assert.deepEqual(await ids('conformance-plain'), [third, first])
      assert.deepEqual(await ids('conformance-fan-out-b'), [fanOut])
      assert.deepEqual(await ids('conformance-fan-out'), [])
      assert.deepEqual(await ids(t.unique('none')), [])
    },
  },
  {
    id: 'inspect-list-by-state',
    title: '`inspect.listJobs` lists the jobs in one of several states',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by state'],
    async run(t) {
      const [first, second, third] = await sendThree(t)
      const ids = (...states: JobState[]) => listIds(t.client.inspect, { tenantId: t.tenantId, states })
      assert.deepEqual(await ids('failed'), [second])
      assert.deepEqual(await ids('completed'), [third, first])
      assert.deepEqual(await ids('completed', 'failed', 'running'), [third, second, first])
      assert.deepEqual(await ids('running', 'queued', 'scheduled', 'retrying'), [])
      assert.deepEqual(await ids('cancelled', 'expired', 'superseded'), [])
      const { id } = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      await waitUntilListed(t, 1, { states: ['running'] })
      assert.deepEqual(await ids('running'), [id])
      t.release(id)
      await t.waitForEnd(id)
      await waitUntilListed(t, 0, { states: ['running'] })
    },
  },
  {
    id: 'inspect-list-by-time',
    title: '`inspect.listJobs` lists the jobs that were sent at `since` or later, and before `until`',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by time'],
    async run(t) {
      const [first, second, third] = await sendThree(t)
      const { createdAt } = await t.client.getJobStatus(second)
      const later = new Date(createdAt.getTime() + 1)
      const ids = (times: { since?: Date; until?: Date }) =>
        listIds(t.client.inspect, { tenantId: t.tenantId, ...times })
      assert.deepEqual(await ids({ since: createdAt }), [third, second])
      assert.deepEqual(await ids({ since: later }), [third])
      assert.deepEqual(await ids({ until: createdAt }), [first])
      assert.deepEqual(await ids({ until: later }), [second, first])
      assert.deepEqual(await ids({ since: createdAt, until: later }), [second])
      assert.deepEqual(await ids({ since: new Date(0) }), [third, second, first])
      assert.deepEqual(await ids({ until: new Date(1) }), [])
    },
  },
  {
    id: 'inspect-list-by-end',
    title: '`inspect.listJobs` lists the jobs with a run that ended at `endedSince` or later, and before `endedUntil`',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by end'],
    async run(t) {
      const held = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: held.id, kind: 'started' })
      const second = await sendFailed(t)
      t.release(held.id)
      await t.waitForEnd(held.id) // sent first, ended last
      await waitUntilListed(t, 2)
      const endOf = async (id: string) => (await t.client.getJobStatus(id)).runs[0]!.endedAt!
      const later = new Date((await endOf(second)).getTime() + 1)
      const last = await endOf(held.id)
      const ids = (times: { endedSince?: Date; endedUntil?: Date; states?: readonly JobState[] }) =>
        listIds(t.client.inspect, { tenantId: t.tenantId, ...times })
      assert.deepEqual(await ids({ endedSince: later }), [held.id])
      assert.deepEqual(await ids({ endedUntil: later }), [second])
      assert.deepEqual(await ids({ endedSince: later, states: ['failed'] }), [])
      assert.deepEqual(await ids({ endedSince: new Date(0) }), [second, held.id])
      assert.deepEqual(await ids({ endedUntil: last }), [second])
      assert.deepEqual(await ids({ endedSince: new Date(last.getTime() + 1) }), [])
    },
  },
  {
    id: 'inspect-list-by-error',
    title: '`inspect.listJobs` lists the jobs with a text in their last error, in upper or lower case',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by error'],
    async run(t) {
      const [, second] = await sendThree(t)
      const ids = (errorText: string) => listIds(t.client.inspect, { tenantId: t.tenantId, errorText })
      assert.deepEqual(await ids('on purpose'), [second])
      assert.deepEqual(await ids('ON PURPOSE IN attempt'), [second])
      assert.deepEqual(await ids('conformancefail'), [second])
      assert.deepEqual(await ids('on % purpose'), [])
      assert.deepEqual(await ids('on_purpose'), [])
      assert.deepEqual(await ids('.*'), [])
    },
  },
  {
    id: 'inspect-list-by-payload',
    title: '`inspect.listJobs` and `countJobs` find the jobs with a text in their payload, in upper or lower case',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by payload', 'delay'],
    async run(t) {
      const options = { delay: '1h', reference: 'Ada said "hi"' } as const
      const note = 'Ada said "hi" \\ 100 % _x é\u0001'
      const { id } = await t.send('conformance.plain', undefined, { payload: { note }, options })
      const other = await t.send('conformance.plain', undefined, { payload: { note: 'Grace' }, options })
      const ids = (payloadText: string) => listIds(t.client.inspect, { tenantId: t.tenantId, payloadText })
      for (const text of ['ADA said "', '\\ 100 % _X', 'é\u0001', note]) assert.deepEqual(await ids(text), [id])
      assert.deepEqual(await ids('note'), [other.id, id])
      for (const text of ['ada%said', 'conformance.typed', 'said "hi"x', String.raw`\"hi`])
        assert.deepEqual(await ids(text), [])
      const filter = { tenantId: t.tenantId, payloadText: 'grace' }
      assert.equal((await t.client.inspect.countJobs(filter)).count, 1)
      assert.equal((await t.client.inspect.cancelJobs(filter)).changed, 1)
      await t.client.cancelJob(id)
    },
  },
  {
    id: 'inspect-list-by-reference',
    title: '`inspect.listJobs` lists the jobs with a reference',
    requiredFeatures: ['inspect.listJobs', 'reference'],
    async run(t) {
      const reference = t.unique('order')
      const id = await sendCompleted(t, { reference: ['other', reference] })
      await sendCompleted(t, { reference: `${reference}x` })
      await waitUntilListed(t, 2)
      const { jobs } = await t.client.inspect.listJobs({ tenantId: t.tenantId, reference })
      assert.deepEqual(
        jobs.map((job) => [job.id, job.references]),
        [[id, ['other', reference]]],
      )
    },
  },
  {
    id: 'inspect-list-oldest-first',
    title: '`inspect.listJobs` lists the oldest jobs first, also in pages',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs, oldest first'],
    async run(t) {
      const sent = await sendThree(t)
      for (const limit of [1, 2, 50]) {
        assert.deepEqual(await listIds(t.client.inspect, { tenantId: t.tenantId, order: 'oldest', limit }), sent)
      }
    },
  },
  {
    id: 'inspect-list-while-jobs-come',
    title: 'jobs that are sent between two pages neither repeat nor skip others',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      const sent: string[] = []
      for (let count = 0; count < 5; count++) sent.unshift(await sendCompleted(t))
      await waitUntilListed(t, 5)
      let later = 5
      const pages = await readPages(t.client.inspect, { tenantId: t.tenantId, limit: 2 }, async () => {
        if (later >= 8) return
        await sendCompleted(t)
        await waitUntilListed(t, ++later)
      })
      assert.ok(pages.every(({ length }) => length <= 2))
      assert.deepEqual(
        pages.flat().map(({ id }) => id),
        sent,
      )
    },
  },
  {
    id: 'inspect-list-while-jobs-go',
    title: 'jobs that leave the list between two pages do not make others disappear',
    requiredFeatures: ['inspect.listJobs', 'inspect.listJobs by state', 'retryJob'],
    async run(t) {
      const failed: string[] = []
      for (let count = 0; count < 5; count++) failed.unshift(await sendFailed(t))
      await waitUntilListed(t, 5, { states: ['failed'] })
      let left = 5
      const filter = { tenantId: t.tenantId, states: ['failed'], limit: 2 } as const
      const pages = await readPages(t.client.inspect, filter, async (page) => {
        for (const { id } of page) await t.client.retryJob(id)
        for (const { id } of page) await t.waitForEnd(id)
        left -= page.length
        await waitUntilListed(t, left, { states: ['failed'] })
      })
      assert.deepEqual(
        pages.flat().map(({ id }) => id),
        failed,
      )
    },
  },
  {
    id: 'inspect-count',
    title: '`inspect.countJobs` counts the jobs that match, by state, definition, tenant or event',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      await sendThree(t)
      const { tenantId } = t
      const check = async (options: object, expected: number) =>
        checkCount(t, await t.client.inspect.countJobs({ tenantId, ...options }), expected)
      const checkGroups = async (by: CountGroup, expected: readonly string[]) => {
        const counts = await t.client.inspect.countJobs({ tenantId, by })
        if (!checkCount(t, counts, 3)) return
        assert.deepEqual(
          counts.groups.map(({ key, count }) => `${key} ${count}`),
          expected,
        )
      }
      await check({}, 3)
      await check({ event: 'conformance.once' }, 1)
      await check({ event: 'conformance.linear' }, 0)
      await checkGroups('state', ['completed 2', 'failed 1'])
      await checkGroups('definition', ['conformance-plain 2', 'conformance-once 1'])
      await checkGroups('tenant', [`${tenantId} 3`])
      await checkGroups('event', ['conformance.plain 2', 'conformance.once 1'])
    },
  },
  {
    id: 'inspect-stats',
    title: '`inspect.getStats` counts the jobs of a time range by outcome, definition and tenant',
    requiredFeatures: ['inspect.listJobs'],
    async run(t) {
      const ids = await sendThree(t)
      const stats = await t.client.inspect.getStats({ tenantId: t.tenantId, intervals: 10 })
      assert.equal(stats.intervals.length, 10)
      if (!checkCount(t, { count: stats.jobs, isExact: stats.isComplete }, 3)) return
      const sum = (name: 'sent' | 'completed' | 'failed') =>
        stats.intervals.reduce((total, interval) => total + interval[name], 0)
      assert.equal(sum('sent'), 3)
      const facts = ({ key, jobs, completed, failed, open }: (typeof stats.tenants)[number]) => [
        key,
        jobs,
        completed,
        failed,
        open,
      ]
      assert.deepEqual(stats.tenants.map(facts), [[t.tenantId, 3, 2, 1, 0]])
      assert.deepEqual(stats.definitions.map(facts), [
        ['conformance-plain', 2, 2, 0, 0],
        ['conformance-once', 1, 0, 1, 0],
      ])
      assert.deepEqual(
        stats.states.groups.map(({ key, count }) => [key, count]),
        [
          ['completed', 2],
          ['failed', 1],
        ],
      )
      assert.ok(stats.slowest.every(({ id }) => ids.includes(id)))
      assert.deepEqual(
        stats.failures.map(({ id }) => id),
        [ids[1]],
      )
      assert.equal(stats.oldestWaiting, undefined)
    },
  },
])
