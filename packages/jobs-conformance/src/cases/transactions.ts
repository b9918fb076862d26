import assert from 'node:assert/strict'

import { casesOf } from '../cases-of.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'

const requiredFeatures = ['transaction', 'idempotencyKey'] as const
const requiredEquipment = ['inTransaction'] as const

/** Cases: a job that is sent in a transaction of the app exists if the transaction commits. */
export const transactionCases: readonly ConformanceCase[] = casesOf(rules.atLeastOnce, [
  {
    id: 'a-transaction-commits',
    title: 'jobs sent in a transaction of the app run after its commit, each once',
    requiredFeatures,
    requiredEquipment,
    async run(t) {
      const item = { event: 'conformance.plain', payload: { tenantId: t.tenantId } }
      const ids = await t.engine.inTransaction!(async (transaction) => {
        const options = { transaction, idempotencyKey: t.unique('key') }
        const first = await t.send('conformance.plain', {}, { options })
        const again = await t.send('conformance.plain', {}, { options })
        assert.deepEqual([again.id, again.deduplicated], [first.id, true])
        const items = [item, item].map((one) => ({ ...one, options: { transaction } }))
        const results = await t.client.sendJobs(items as never)
        return [first.id, ...results.map((result) => (result.ok ? result.job.id : assert.fail(result.error)))]
      })
      for (const id of ids) assert.equal((await t.waitForEnd(id)).state, 'completed')
      const started = t.journal({ tenantId: t.tenantId, kind: 'started' })
      assert.deepEqual(new Set(started.map(({ jobId }) => jobId)), new Set(ids))
      assert.equal(started.length, 3)
    },
  },
  {
    id: 'a-transaction-rolls-back',
    title: 'a job sent in a transaction of the app that is rolled back does not exist, and its key is free',
    requiredFeatures,
    requiredEquipment,
    async run(t) {
      const idempotencyKey = t.unique('key')
      const ids: string[] = []
      const rolledBack = t.engine.inTransaction!(async (transaction) => {
        ids.push((await t.send('conformance.plain', {}, { options: { transaction, idempotencyKey } })).id)
        throw new Error('The app rolls back.')
      })
      await assert.rejects(rolledBack, { message: 'The app rolls back.' })
      await t.expectError('job_not_found', () => t.client.getJobStatus(ids[0]!))
      const { id, deduplicated } = await t.send('conformance.plain', {}, { options: { idempotencyKey } })
      assert.equal(deduplicated, false)
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(
        t.journal({ tenantId: t.tenantId, kind: 'started' }).map(({ jobId }) => jobId),
        [id],
      )
    },
  },
  {
    id: 'a-transactional-handler-commits',
    title: 'what a handler does in its transaction exists once, of the attempt that completed',
    requiredFeatures: ['transaction', 'transaction of a handler'],
    async run(t) {
      const failure = { as: 'error', attempts: 1 } as const
      const { id } = await t.send('conformance.transactional', { sends: true, failure })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const sent = t.journal({ jobId: id, kind: 'sent' }).map(({ details }) => String(details['jobId']))
      assert.equal(sent.length, 2)
      await t.expectError('job_not_found', () => t.client.getJobStatus(sent[0]!))
      assert.equal((await t.waitForEnd(sent[1]!)).state, 'completed')
    },
  },
  {
    id: 'a-transactional-handler-fails',
    title: 'what a handler did in its transaction does not exist if its last attempt fails',
    requiredFeatures: ['transaction', 'transaction of a handler'],
    async run(t) {
      const { id } = await t.send('conformance.transactional', { sends: true, failure: { as: 'nonRetryable' } })
      assert.equal((await t.waitForEnd(id)).state, 'failed')
      const { details } = await t.waitForEntry({ jobId: id, kind: 'sent' })
      await t.expectError('job_not_found', () => t.client.getJobStatus(String(details['jobId'])))
    },
  },
])
