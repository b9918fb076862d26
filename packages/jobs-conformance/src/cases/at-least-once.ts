import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: no accepted job is lost. */
export const atLeastOnceCases: readonly ConformanceCase[] = casesOf(rules.atLeastOnce, [
  {
    id: 'a-burst-loses-nothing',
    title: 'runs every job of a burst exactly once',
    async run(t) {
      const words = Array.from({ length: 25 }, (_, index) => `word ${index}`)
      const jobs = await Promise.all(words.map((word) => t.send('conformance.plain', {}, { payload: { word } })))
      assert.equal(new Set(jobs.map(({ id }) => id)).size, words.length)
      for (const [index, { id }] of jobs.entries()) {
        assert.equal((await t.waitForEnd(id)).state, 'completed')
        const started = t.journal({ jobId: id, kind: 'started' })
        assert.deepEqual(
          started.map((entry) => recordedPayload(entry)['word']),
          [words[index]],
        )
      }
    },
  },
  {
    id: 'a-batch-loses-nothing',
    title: '`sendJobs` returns one handle per item, in order, and runs every item',
    async run(t) {
      const tenants = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? t.tenantId : t.otherTenantId))
      const results = await untyped(t.client).sendJobs(
        tenants.map((tenantId, number) => ({ event: 'conformance.plain', payload: { tenantId, number } })),
      )
      assert.equal(results.length, tenants.length)
      for (const [index, result] of results.entries()) {
        assert.ok(result.ok)
        assert.equal(result.job.tenantId, tenants[index])
        assert.equal((await t.waitForEnd(result.job.id)).state, 'completed')
        const [started] = t.journal({ jobId: result.job.id, kind: 'started' })
        assert.equal(recordedPayload(started)['number'], index)
      }
    },
  },
  {
    id: 'an-empty-batch',
    title: 'an empty batch returns an empty list',
    async run(t) {
      assert.deepEqual(await t.client.sendJobs([]), [])
    },
  },
  {
    id: 'handle-fields',
    title: 'the handle has the id, event and tenant, and reports that the job is new',
    async run(t) {
      const { id, ...rest } = await t.send('conformance.nobody')
      assert.ok(typeof id === 'string' && id !== '')
      assert.deepEqual(rest, { event: 'conformance.nobody', tenantId: t.tenantId, deduplicated: false })
    },
  },
  {
    id: 'survives-a-restart',
    title: 'accepted jobs run after the engine was killed and restarted',
    requiredFeatures: ['jobs survive a restart', 'delay'],
    requiredEquipment: ['restart'],
    runsAlone: true,
    async run(t) {
      const delayed = await t.send('conformance.plain', {}, { options: { delay: 2000 } })
      const retrying = await t.send('conformance.plain', { failure: { as: 'retryAfter', afterMs: 2000, attempts: 1 } })
      await t.waitForEntry({ jobId: retrying.id, kind: 'threw' })
      await t.advance(100)
      await t.engine.restart!()
      assert.equal((await t.waitForEnd(delayed.id)).state, 'completed')
      const status = await t.waitForEnd(retrying.id)
      assert.equal(status.state, 'completed')
      assert.equal(status.runs[0]?.attempts, 2)
    },
  },
])
