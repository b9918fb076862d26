import assert from 'node:assert/strict'

import { PayloadInvalidError, type UnknownEventError } from '@cgk-platform/jobs-core/errors'
import { createJobId, type Envelope } from '@cgk-platform/jobs-core/provider'

import type { CaseTools } from '../case-tools.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

const good = { dueAt: '2026-03-01T12:00:00.000Z', count: 2, items: [{ sku: 'a' }] }
const bad = { dueAt: '2026-03-01T12:00:00.000Z', count: 0, items: [{ sku: 'a' }, { sku: '' }] }

function envelopeOf(t: CaseTools, event: string, payload: Envelope['payload']): Envelope {
  return { v: 1, id: createJobId(t.now()), event, tenantId: t.tenantId, payload, sentAt: t.now() }
}

/** Cases: payloads are validated at the send, and again before the handler. */
export const validationCases: readonly ConformanceCase[] = casesOf(rules.validation, [
  {
    id: 'bad-payload-is-refused-at-send',
    title: 'a send with an invalid payload throws every issue with its path, and nothing runs',
    async run(t) {
      const error = await t.expectError('payload_invalid', () =>
        t.send('conformance.typed', undefined, { payload: bad }),
      )
      assert.ok(PayloadInvalidError.isInstance(error))
      assert.deepEqual(error.issues.map(({ path }) => path).toSorted(), ['payload.count', 'payload.items[1].sku'])
      for (const path of ['payload.count', 'payload.items[1].sku']) assert.ok(error.message.includes(path))
      await t.advance(300)
      assert.deepEqual(t.journal({ tenantId: t.tenantId, kind: 'started' }), [])
    },
  },
  {
    id: 'handler-gets-what-the-schema-makes',
    title: 'the handler gets the parsed payload, such as dates from strings and filled-in defaults',
    async run(t) {
      const { id } = await t.send('conformance.typed', undefined, { payload: { ...good, dueAt: new Date(good.dueAt) } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const [started] = t.journal({ jobId: id, kind: 'started' })
      assert.deepEqual(started?.details['datePaths'], ['dueAt'])
      assert.deepEqual(recordedPayload(started), { tenantId: t.tenantId, currency: 'EUR', ...good })
    },
  },
  {
    id: 'bad-payload-of-another-producer',
    title:
      'an invalid payload from another producer fails the run without a retry, as `payload_invalid`, before the handler',
    requiredEquipment: ['inject'],
    async run(t) {
      const id = await t.engine.inject!(envelopeOf(t, 'conformance.typed', { tenantId: t.tenantId, ...bad }))
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.error?.code, 'payload_invalid')
      assert.equal(status.runs[0].attempts, 1)
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'good-payload-of-another-producer',
    title: 'a valid payload from another producer runs like any other',
    requiredEquipment: ['inject'],
    async run(t) {
      const id = await t.engine.inject!(envelopeOf(t, 'conformance.typed', { tenantId: t.tenantId, ...good }))
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' })[0]?.details['datePaths'], ['dueAt'])
    },
  },
  {
    id: 'tenant-of-another-producer',
    title: 'an envelope whose payload names another tenant never reaches the handler',
    requiredEquipment: ['inject'],
    async run(t) {
      const id = await t.engine.inject!(envelopeOf(t, 'conformance.plain', { tenantId: t.otherTenantId }))
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'failed')
      assert.equal(status.runs[0]?.error?.code, 'tenant_required')
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
    },
  },
  {
    id: 'any-standard-schema',
    title: 'a custom asynchronous schema is awaited at the send and before the handler',
    async run(t) {
      const refused = await t.expectError('payload_invalid', () =>
        t.send('conformance.own-schema', undefined, { payload: { word: 1 } }),
      )
      assert.ok(refused.message.includes('payload.word'))
      const { id } = await t.send('conformance.own-schema', undefined, { payload: { word: 'loud' } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const [started] = t.journal({ jobId: id, kind: 'started' })
      assert.equal(recordedPayload(started)['word'], 'LOUD')
    },
  },
  {
    id: 'type-alone-checks-tenant-and-json',
    title: 'an event declared by type only accepts any JSON but still requires a tenant',
    async run(t) {
      const client = untyped(t.client)
      await t.expectError('tenant_required', () => client.sendJob('conformance.plain', { word: 'x' }))
      await t.expectError('not_serializable', () =>
        client.sendJob('conformance.plain', { tenantId: t.tenantId, word: 1n }),
      )
      const { id } = await t.send('conformance.plain', undefined, { payload: { anything: [{ at: null }] } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
    },
  },
  {
    id: 'unknown-events-are-refused',
    title: 'sending an undeclared event throws and suggests the closest known name',
    async run(t) {
      const client = untyped(t.client)
      const payload = { tenantId: t.tenantId }
      const error = await t.expectError('unknown_event', () => client.sendJob('conformance.plian', payload))
      assert.equal((error as UnknownEventError).nearest, 'conformance.plain')
      for (const event of ['nothing-of-the-kind-anywhere', '']) {
        await t.expectError('unknown_event', () => client.sendJob(event, payload))
      }
      for (const event of [undefined, 7]) await t.expectError('invalid_option', () => client.sendJob(event, payload))
      const [result] = await client.sendJobs([{ event: 'order.craeted', payload }])
      assert.ok(result && !result.ok && result.error.message.includes('order.created'))
    },
  },
  {
    id: 'catalogue-is-checked',
    title: 'the payload of a built-in event is validated',
    async run(t) {
      const payload = { tenantId: t.tenantId, orderId: 'order_1', totalAmount: 'much', currency: 'dollars' }
      const error = await t.expectError('payload_invalid', () => untyped(t.client).sendJob('order.created', payload))
      assert.ok(error.message.includes('payload.totalAmount') && error.message.includes('payload.currency'))
    },
  },
  {
    id: 'built-in-event-is-replaced',
    title: 'an event with the name of a built-in one replaces it: its schema checks sends and makes the payload',
    async run(t) {
      const refused = await t.expectError('payload_invalid', () =>
        t.send('webhook.process', undefined, { payload: { webhookId: 'w1' } }),
      )
      assert.ok(refused.message.includes('payload.word'))
      const { id } = await t.send('webhook.process', undefined, { payload: { word: 'loud' } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.equal(recordedPayload(t.journal({ jobId: id, kind: 'started' })[0])['word'], 'LOUD')
    },
  },
  {
    id: 'bad-items-of-a-batch',
    title: 'invalid items of a batch do not affect the others, and results come in order',
    async run(t) {
      const { tenantId } = t
      const results = await untyped(t.client).sendJobs([
        { event: 'conformance.plain', payload: { tenantId, word: 'first' } },
        { event: 'conformance.typed', payload: { tenantId, ...bad } },
        { event: 'conformance.undeclared', payload: { tenantId } },
        { event: 'conformance.plain', payload: {} },
        { event: 'conformance.plain', payload: { tenantId, word: new Map() } },
        { event: 'conformance.plain', payload: { tenantId }, options: { delay: 'soon' } },
        { event: 'conformance.typed', payload: { tenantId, ...good } },
      ])
      assert.deepEqual(
        results.map((result) => (result.ok ? result.job.event : result.error.code)),
        [
          'conformance.plain',
          'payload_invalid',
          'unknown_event',
          'tenant_required',
          'not_serializable',
          'invalid_option',
          'conformance.typed',
        ],
      )
      for (const result of results) if (result.ok) assert.equal((await t.waitForEnd(result.job.id)).state, 'completed')
      assert.equal(t.journal({ tenantId, kind: 'started' }).length, 2)
    },
  },
])
