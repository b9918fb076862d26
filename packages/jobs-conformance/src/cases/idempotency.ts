import assert from 'node:assert/strict'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: a send with an idempotency key happens once. */
export const idempotencyCases: readonly ConformanceCase[] = casesOf(rules.atLeastOnce, [
  {
    id: 'a-key-sends-once',
    title: 'a repeated idempotency key returns the first job, and only the first payload runs',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const first = await t.send('conformance.plain', {}, { options, payload: { word: 'first' } })
      const second = await t.send('conformance.plain', {}, { options, payload: { word: 'second' } })
      assert.deepEqual([first.deduplicated, second.deduplicated], [false, true])
      assert.equal(second.id, first.id)
      await t.waitForEnd(first.id)
      await t.advance(300)
      const started = t.journal({ tenantId: t.tenantId, kind: 'started' })
      assert.deepEqual(
        started.map((entry) => recordedPayload(entry)['word']),
        ['first'],
      )
    },
  },
  {
    id: 'a-key-keeps-the-first-payload',
    title: 'the first payload of an idempotency key runs, even if the job has not started at the second send',
    requiredFeatures: ['idempotencyKey', 'delay'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key'), delay: 300 }
      const { id } = await t.send('conformance.plain', {}, { options, payload: { word: 'first' } })
      await t.send('conformance.plain', { failure: { as: 'error' } }, { options, payload: { word: 'second' } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      await t.advance(300)
      const started = t.journal({ tenantId: t.tenantId, kind: 'started' })
      assert.deepEqual(
        started.map((entry) => recordedPayload(entry)['word']),
        ['first'],
      )
    },
  },
  {
    id: 'a-key-sent-at-once',
    title: 'concurrent sends of one idempotency key create one job that runs once',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const jobs = await Promise.all(Array.from({ length: 8 }, () => t.send('conformance.plain', {}, { options })))
      const [first] = jobs
      assert.equal(new Set(jobs.map(({ id }) => id)).size, 1)
      assert.equal((await t.waitForEnd(first!.id)).runs.length, 1)
      await t.advance(300)
      assert.equal(t.journal({ tenantId: t.tenantId, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'a-key-twice-in-a-batch',
    title: 'a repeated idempotency key in one batch creates one job',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const item = {
        event: 'conformance.plain',
        payload: { tenantId: t.tenantId },
        options: { idempotencyKey: t.unique('key') },
      }
      const ids = (await untyped(t.client).sendJobs([item, item])).map((result) => result.ok && result.job.id)
      assert.ok(typeof ids[0] === 'string')
      assert.equal(ids[1], ids[0])
      await t.waitForEnd(ids[0])
      await t.advance(300)
      assert.equal(t.journal({ tenantId: t.tenantId, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'a-key-stays-taken-after-success',
    title: 'an idempotency key remains taken after its job completed',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const first = await t.send('conformance.plain', {}, { options })
      assert.equal((await t.waitForEnd(first.id)).state, 'completed')
      const again = await t.send('conformance.plain', {}, { options })
      assert.deepEqual([again.id, again.deduplicated], [first.id, true])
      await t.advance(300)
      assert.equal(t.journal({ tenantId: t.tenantId, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'a-key-stays-taken-after-failure',
    title: 'an idempotency key remains taken after its job failed',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const first = await t.send('conformance.once', { failure: { as: 'error' } }, { options })
      assert.equal((await t.waitForEnd(first.id)).state, 'failed')
      const again = await t.send('conformance.once', {}, { options })
      assert.deepEqual([again.id, again.deduplicated], [first.id, true])
      await t.advance(300)
      assert.equal(t.journal({ tenantId: t.tenantId, kind: 'started' }).length, 1)
    },
  },
  {
    id: 'a-key-stays-taken-after-cancel',
    title: 'an idempotency key remains taken while its job waits and after it was cancelled',
    requiredFeatures: ['idempotencyKey', 'delay', 'cancelJob of a waiting job'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key'), delay: '1h' }
      const first = await t.send('conformance.plain', {}, { options })
      const waiting = await t.send('conformance.plain', {}, { options: { idempotencyKey: options.idempotencyKey } })
      assert.deepEqual([waiting.id, waiting.deduplicated], [first.id, true])
      await t.client.cancelJob(first.id)
      const again = await t.send('conformance.plain', {}, { options })
      assert.deepEqual([again.id, again.deduplicated], [first.id, true])
      assert.equal((await t.client.getJobStatus(first.id)).state, 'cancelled')
    },
  },
  {
    id: 'a-key-is-free-after-its-time',
    title: 'an idempotency key is reserved for its TTL and free afterward',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key'), idempotencyTtl: '4s' }
      const sentAt = t.now()
      const first = await t.send('conformance.plain', {}, { options })
      await t.waitForEnd(first.id)
      const early = await t.send('conformance.plain', {}, { options })
      if (t.now() - sentAt < 4000) assert.deepEqual([early.id, early.deduplicated], [first.id, true])
      await t.advance(4200)
      const late = await t.send('conformance.plain', {}, { options })
      assert.equal(late.deduplicated, false)
      assert.notEqual(late.id, first.id)
      assert.equal((await t.waitForEnd(late.id)).state, 'completed')
    },
  },
  {
    id: 'a-key-holds-its-definition-back-alone',
    title: 'an idempotency key does not affect sends without a key or with another key',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const keys = [t.unique('key'), t.unique('key'), undefined, undefined]
      const jobs = await Promise.all(
        keys.map((idempotencyKey) => t.send('conformance.nobody', {}, { options: { idempotencyKey } })),
      )
      assert.equal(new Set(jobs.map(({ id }) => id)).size, 4)
      assert.ok(jobs.every(({ deduplicated }) => !deduplicated))
    },
  },
  {
    id: 'odd-keys',
    title: 'an idempotency key can be any non-empty string of up to 256 characters',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      for (const key of [t.unique('Grüße 👋 "quoted" / \\ %00'), t.unique('k').padEnd(256, 'x')]) {
        const options = { idempotencyKey: key }
        const first = await t.send('conformance.nobody', {}, { options })
        assert.equal((await t.send('conformance.nobody', {}, { options })).id, first.id)
      }
      for (const idempotencyKey of ['', '  ', 'x'.repeat(257), 7, null]) {
        await t.expectError('invalid_option', () => t.send('conformance.nobody', {}, { options: { idempotencyKey } }))
      }
      for (const idempotencyTtl of ['soon', -1, Number.NaN]) {
        const options = { idempotencyKey: t.unique('key'), idempotencyTtl }
        await t.expectError('invalid_option', () => t.send('conformance.nobody', {}, { options }))
      }
    },
  },
])
