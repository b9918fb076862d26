import assert from 'node:assert/strict'

import { NotSerializableError, PayloadTooLargeError } from '@cgk-platform/jobs-core/errors'
import { isEnded } from '@cgk-platform/jobs-core'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import { createJobId } from '@cgk-platform/jobs-core/provider'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import { recordedPayload } from '../journal.ts'
import { secretMarker } from '../conformance-logger.ts'
import { untyped } from '../untyped-client.ts'
import { casesOf } from '../cases-of.ts'

const cycle: Record<string, unknown> = {}
cycle['self'] = cycle

/** Values that JSON would drop or change, with their paths. */
const unsendable: readonly [path: string, payload: Record<string, unknown>][] = [
  ['payload.total', { total: 10n }],
  ['payload.after', { after: () => 1 }],
  ['payload.seen', { seen: new Map([['a', 1]]) }],
  ['payload.seen', { seen: new Set([1]) }],
  ['payload.list[1]', { list: [1, undefined] }],
  ['payload.list[0]', { list: [, 1] }], // oxlint-disable-line no-sparse-arrays
  ['payload.rate', { rate: Number.NaN }],
  ['payload.rate', { rate: Number.POSITIVE_INFINITY }],
  ['payload.deep.self', { deep: cycle }],
  ['payload.mark', { mark: Symbol('mark') }],
  [
    'payload.order',
    {
      order: new (class Order {
        total = 1
      })(),
    },
  ],
  ['payload.bytes', { bytes: new Uint8Array(2) }],
  ['payload.dueAt', { dueAt: new Date(Number.NaN) }],
  ['payload.dueAt', { dueAt: new Date(0) }],
  ['payload.note', { note: 'half of a smile: \ud83d' }],
  ['payload.notes[1].text', { notes: [{ text: 'smile 😀' }, { text: '\ude00' }] }],
  ['payload["\\ud83d"]', { '\ud83d': 1 }],
]

/** Cases: payloads are JSON, even if they never leave the process. */
export const wireCases: readonly ConformanceCase[] = casesOf(rules.wire, [
  {
    id: 'unsendable-values-are-refused',
    title: 'a value that does not survive JSON is rejected at the send, with its path',
    async run(t) {
      for (const [path, payload] of unsendable) {
        const error = await t.expectError('not_serializable', () => t.send('conformance.plain', undefined, { payload }))
        assert.ok(NotSerializableError.isInstance(error))
        assert.equal(error.path.split('.self')[0], path.split('.self')[0])
      }
    },
  },
  {
    id: 'payload-arrives-as-it-was',
    title: 'any JSON payload arrives unchanged',
    async run(t) {
      const payload = {
        text: 'Grüße, 世界 👋🏽 \u0000 "quoted" \\ \u2028',
        empty: { text: '', list: [], record: {}, nothing: null },
        numbers: [0, -1, 0.1, 1e21, 5e-324, Number.MAX_SAFE_INTEGER],
        flags: [true, false],
        'a key with blanks': { constructor: 1, toString: 2, ü: 3 },
        deep: [[[[[{ list: [{ a: [1] }] }]]]]],
        looksLikeADate: '2026-01-01T00:00:00.000Z',
        looksLikeJson: '{"a":1}',
        // names that engines use themselves
        _inngest: { status: 1 },
        _job: { v: 1 },
        envelope: { v: 1 },
        $trigger: null,
      }
      const { id } = await t.send('conformance.plain', {}, { payload })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const { tenantId: _, ...seen } = recordedPayload(t.journal({ jobId: id, kind: 'started' })[0])
      assert.deepEqual(seen, payload)
    },
  },
  {
    id: 'undefined-properties-are-left-out',
    title: 'a property that is `undefined` is omitted',
    async run(t) {
      const { id } = await t.send('conformance.plain', {}, { payload: { word: undefined, other: 1 } })
      await t.waitForEnd(id)
      assert.deepEqual(recordedPayload(t.journal({ jobId: id, kind: 'started' })[0]), {
        tenantId: t.tenantId,
        other: 1,
      })
    },
  },
  {
    id: 'sender-may-change-its-object',
    title: 'changes that the sender makes after the send reach no handler, even of a delayed job',
    requiredFeatures: ['delay'],
    async run(t) {
      const payload = { tenantId: t.tenantId, word: 'as sent', list: ['a'] }
      const client = untyped(t.client)
      const sending = client.sendJob('conformance.plain', payload)
      const { id } = await sending
      const later = await client.sendJob('conformance.plain', payload, { delay: 300 })
      payload.word = 'changed'
      payload.list.push('b')
      for (const jobId of [id, later.id]) {
        await t.waitForEnd(jobId)
        const [started] = t.journal({ jobId, kind: 'started' })
        assert.deepEqual(recordedPayload(started), { tenantId: t.tenantId, word: 'as sent', list: ['a'] })
      }
    },
  },
  {
    id: 'handlers-do-not-share-a-payload',
    title: 'changes that a handler makes to its payload reach neither the sender nor other handlers',
    async run(t) {
      const payload = { tenantId: t.tenantId, word: 'as sent', list: ['a'], script: { changesPayload: true } }
      const { id } = await untyped(t.client).sendJob('conformance.fan-out', payload)
      await t.waitForEnd(id)
      const started = t.journal({ jobId: id, kind: 'started' })
      assert.equal(started.length, 3)
      for (const entry of started) {
        assert.deepEqual(recordedPayload(entry), { tenantId: t.tenantId, word: 'as sent', list: ['a'] })
      }
      assert.deepEqual([payload.word, payload.list], ['as sent', ['a']])
    },
  },
  {
    id: 'attempts-do-not-share-a-payload',
    title: 'changes that an attempt makes to its payload reach neither the next attempt nor `onFailure`',
    async run(t) {
      const script = { changesPayload: true, failure: { as: 'error' } } as const
      const { id } = await t.send('conformance.reporting', script, { payload: { word: 'as sent', list: ['a'] } })
      await t.waitForEnd(id)
      const seen = [...t.journal({ jobId: id, kind: 'started' }), ...t.journal({ jobId: id, kind: 'onFailure' })]
      assert.equal(seen.length, 3)
      for (const entry of seen) {
        assert.deepEqual(recordedPayload(entry), { tenantId: t.tenantId, word: 'as sent', list: ['a'] })
      }
    },
  },
  {
    id: 'large-payload-arrives',
    title: 'a payload just below the portable size arrives complete',
    async run(t) {
      const filling = 'x'.repeat(portablePayloadBytes - 1000)
      const { id } = await t.send('conformance.plain', {}, { payload: { filling } })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      const seen = recordedPayload(t.journal({ jobId: id, kind: 'started' })[0])
      assert.ok(seen['filling'] === filling, 'The payload arrived changed.')
    },
  },
  {
    id: 'too-large-payload-is-refused',
    title: 'a payload over the portable size throws with both sizes in bytes',
    async run(t) {
      const filling = 'é'.repeat(portablePayloadBytes / 2)
      const payload = { filling, secret: secretMarker }
      const error = await t.expectError('payload_too_large', () => t.send('conformance.plain', {}, { payload }))
      assert.ok(PayloadTooLargeError.isInstance(error))
      assert.equal(error.limitBytes, portablePayloadBytes)
      assert.ok(error.bytes > portablePayloadBytes && error.bytes < portablePayloadBytes + 1000)
      assert.ok(error.message.includes(String(error.bytes)) && error.message.includes(String(error.limitBytes)))
      const [result] = await untyped(t.client).sendJobs([
        { event: 'conformance.plain', payload: { tenantId: t.tenantId, filling } },
      ])
      assert.ok(result && !result.ok && result.error.code === 'payload_too_large')
    },
  },
  ...['requires', 'version'].map((kind): Omit<ConformanceCase, 'rule'> => ({
    id: `unknown-${kind}-waits`,
    title:
      kind === 'requires'
        ? 'a job that requires what this version of the library does not understand waits, and its handler does not run'
        : 'an envelope of a later version waits, and its handler does not run',
    requiredEquipment: ['inject'],
    async run(t) {
      const event = 'conformance.plain'
      const later =
        kind === 'requires' ? { v: 1, maxAttempts: 1, requires: [t.unique('later option')] } : { v: 2, shape: {} }
      const payload = { tenantId: t.tenantId }
      const sent = { id: createJobId(t.now()), event, tenantId: t.tenantId, payload, sentAt: t.now() }
      const id = await t.engine.inject!({ ...sent, ...later })
      const next = await t.send(event)
      assert.equal((await t.waitForEnd(next.id)).state, 'completed')
      const status = await t.client.getJobStatus(id)
      assert.deepEqual([status.id, status.event, status.tenantId], [id, event, t.tenantId])
      assert.ok(!isEnded(status.state), `The job is ${status.state}.`)
      assert.deepEqual(t.journal({ jobId: id, kind: 'started' }), [])
      if (t.capabilities.features['inspect.getJob'].supported) {
        const { requires } = await t.client.inspect.getJob(id)
        assert.deepEqual(requires, later.requires ?? ['envelope v2'])
      }
      if (t.capabilities.features['cancelJob of a waiting job'].supported) await t.client.cancelJob(id)
    },
  })),
  {
    id: 'size-limit-can-be-raised-to-the-engines',
    title: "the size limit can be raised up to the engine's own, even with the longest names, and not above it",
    requiredEquipment: ['createClient'],
    async run(t) {
      const { maxPayloadBytes } = t.capabilities
      const client = t.engine.createClient!({ jobs: [], maxPayloadBytes: maxPayloadBytes + 1 })
      await t.expectError('invalid_option', () => t.send('conformance.plain', {}, { client }))
      await client.close()
      const raised = t.engine.createClient!({ jobs: [], maxPayloadBytes })
      // As large as it can be, with the longest names. As JSON, a control character has six bytes.
      const tenantId = t.unique('t').padEnd(256, '\u0001')
      const idempotencyKey = t.capabilities.features.idempotencyKey.supported ? tenantId : undefined
      const traceparent = `cc-${'a'.repeat(32)}-${'b'.repeat(16)}-01-`.padEnd(256, 'x')
      const empty = JSON.stringify({ tenantId, filling: '' })
      const filling = 'x'.repeat(maxPayloadBytes - Buffer.byteLength(empty))
      const options = { idempotencyKey, traceparent }
      const send = { client: raised, tenantId, payload: { filling }, options }
      assert.notEqual((await t.send('conformance.nobody', undefined, send)).id, '')
      await raised.close()
    },
  },
])
