import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'
import { untyped } from '../untyped-client.ts'

/** Cases: waiting for jobs and listing them. */
export const readingCases: readonly ConformanceCase[] = casesOf(rules.terms, [
  {
    id: 'wait-in-a-handler',
    title: '`waitForJob` throws in a handler, which could hold the slot that the job needs',
    async run(t) {
      const { id } = await t.send('conformance.once', { sends: true, awaitsSent: true })
      const [run] = (await t.waitForEnd(id)).runs
      assert.deepEqual([run?.state, run?.error?.code], ['failed', 'wait_in_handler'])
      const [sent] = t.journal({ jobId: id, kind: 'sent' })
      assert.equal((await t.waitForEnd(sent?.details['jobId'] as string)).state, 'completed')
    },
  },
  {
    id: 'wait-until-ended',
    title: '`waitForJob` returns the status once the job has ended, however it ended',
    async run(t) {
      const good = await t.send('conformance.plain', { waitMs: 300 })
      const bad = await t.send('conformance.once', { failure: { as: 'error' } })
      const none = await t.send('conformance.nobody')
      const states = await t.waitForSettled(
        Promise.all([good, bad, none].map(async ({ id }) => (await t.client.waitForJob(id)).state)),
      )
      assert.deepEqual(states, ['completed', 'failed', 'unhandled'])
    },
  },
  {
    id: 'wait-times-out',
    title: '`waitForJob` rejects after its timeout, and the job continues',
    async run(t) {
      const { id } = await t.send('conformance.plain', { isHeld: true })
      await t.waitForEntry({ jobId: id, kind: 'started' })
      await t.expectError('wait_timeout', () => t.waitForSettled(t.client.waitForJob(id, { timeout: 200 })))
      await t.advance(1000)
      t.release(id)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'wait-is-aborted',
    title: '`waitForJob` rejects with the reason of its signal when it aborts, and the job continues',
    async run(t) {
      const { id } = await t.send('conformance.plain', { waitMs: 1000 })
      const abort = new AbortController()
      const waiting = t.client.waitForJob(id, { signal: abort.signal })
      const reason = new Error('no longer wanted')
      abort.abort(reason)
      await assert.rejects(waiting, (error) => error === reason)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'list-filters',
    title: '`listJobs` filters by tenant, event and state, newest first',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const first = await t.send('conformance.plain')
      await t.waitForEnd(first.id)
      await t.advance(5)
      const second = await t.send('conformance.once', { failure: { as: 'error' } })
      await t.waitForEnd(second.id)
      const { tenantId } = t
      const list = async (filter: object): Promise<string[]> => {
        const { jobs } = await untyped(t.client).listJobs({ tenantId, ...filter })
        for (const job of jobs) assert.equal(job.tenantId, tenantId)
        return jobs.map(({ id }) => id)
      }
      await t.waitUntil('both jobs are listed', async () => (await list({})).length === 2)
      assert.deepEqual(await list({}), [second.id, first.id])
      assert.deepEqual(await list({ event: 'conformance.plain' }), [first.id])
      assert.deepEqual(await list({ state: 'failed' }), [second.id])
      assert.deepEqual(await list({ state: 'running' }), [])
      assert.deepEqual(await list({ event: 'conformance.plain', state: 'failed' }), [])
    },
  },
  {
    id: 'list-pages',
    title: '`listJobs` pages through all jobs, returns each once, and the last page has no cursor',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const sent: string[] = []
      for (let count = 0; count < 5; count++) sent.push((await t.send('conformance.nobody')).id)
      const { tenantId } = t
      const all = async () => (await t.client.listJobs({ tenantId })).jobs
      await t.waitUntil('all jobs are listed', async () => (await all()).length === 5)
      const pages: string[][] = []
      let cursor: string | undefined
      do {
        const page = await t.client.listJobs({ tenantId, limit: 2, cursor })
        pages.push(page.jobs.map(({ id }) => id))
        cursor = page.cursor
      } while (cursor !== undefined && pages.length < 10)
      const listed = pages.flat()
      assert.deepEqual([...listed].toSorted(), [...sent].toSorted())
      assert.ok(
        pages.every(({ length }) => length <= 2),
        'A page has more jobs than its limit.',
      )
    },
  },
  {
    id: 'list-agrees-with-status',
    title: 'a listed job equals its status',
    requiredFeatures: ['listJobs'],
    async run(t) {
      const { id } = await t.send('conformance.plain')
      const status = await t.waitForEnd(id)
      const { tenantId } = t
      const listed = await t.waitUntil(
        'the job is listed',
        async () => (await t.client.listJobs({ tenantId, state: 'completed' })).jobs[0],
      )
      assert.deepEqual(listed, status)
    },
  },
  {
    id: 'list-refuses-wrong-filters',
    title: '`listJobs` rejects an invalid limit or state',
    requiredFeatures: ['listJobs'],
    async run(t) {
      for (const filter of [{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { state: 'done' }]) {
        await t.expectError('invalid_option', () => untyped(t.client).listJobs(filter))
      }
    },
  },
])
