import type { Json, Envelope } from '@cgk-platform/jobs-core/provider'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { IncomingEvent } from './inngest-event.ts'
import { toEnvelope } from './to-envelope.ts'
import { toInngestEvent } from './to-inngest-event.ts'

const id = '01JQDAE4RQF8MBCR55T5AK4KXS'

/** Returns an event as the engine returns it, with the time that the engine set. */
function throughEngine(envelope: Envelope): IncomingEvent {
  const { ts = 1_700_000_000_123, ...event } = JSON.parse(JSON.stringify(toInngestEvent(envelope))) as IncomingEvent
  Reflect.deleteProperty(event.data as object, '_inngest')
  return { id: envelope.id, ts, ...event }
}

const text = fc.string({ minLength: 1 })
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 })
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
const key = fc.oneof(
  text,
  fc.constantFrom('_job', '_inngest', 'constructor', 'tenantId', 'toString', 'data', 'v', 'reserved'),
)
const payload = fc.dictionary(key, json, { noNullPrototype: true }).map((value) => value as Json)
const envelopes: fc.Arbitrary<Envelope> = fc.record(
  {
    v: fc.constant(1 as const),
    id: fc.constant(id),
    event: text,
    tenantId: text,
    payload,
    sentAt: instant,
    runAt: instant,
    idempotencyKey: text,
    idempotencyTtlMs: instant,
    maxAttempts: fc.integer({ min: 1, max: 21 }),
    traceparent: fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
  },
  { requiredKeys: ['v', 'id', 'event', 'tenantId', 'payload', 'sentAt'] },
)

const order: Envelope = {
  v: 1,
  id,
  event: 'order.created',
  tenantId: 'acme',
  payload: { tenantId: 'acme', orderId: 'order_1' },
  sentAt: 1_700_000_000_000,
}

describe('an envelope as an event', () => {
  test('is read back unchanged', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(toEnvelope(throughEngine(envelope), id)).toEqual(envelope)
      }),
    )
  })

  test('has the payload as its data, so that expressions find the tenant, and the record as one member', () => {
    expect(toInngestEvent({ ...order, maxAttempts: 2, traceparent: '00-1-2-01' })).toEqual({
      name: 'order.created',
      data: {
        tenantId: 'acme',
        orderId: 'order_1',
        _job: { v: 1, sentAt: 1_700_000_000_000, tenantId: 'acme', maxAttempts: 2, traceparent: '00-1-2-01' },
      },
    })
  })

  test("has its time by the engine's clock, and by the local clock in the record", () => {
    const later = { ...order, runAt: 1_800_000_000_000 }
    expect(toInngestEvent(later, -500)).toMatchObject({
      ts: 1_799_999_999_500,
      data: { _job: { runAt: 1_800_000_000_000 } },
    })
    expect(toInngestEvent(order, -500)).toEqual(toInngestEvent(order))
  })
})

test("converts an event of a cron job to the job's name, whatever its app", () => {
  const data = { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt: 1 } }
  for (const one of [data, { tenantId: 'acme' }, {}]) {
    expect(toEnvelope({ name: 'cron/shop/nightly', data: one }, id).event).toBe('cron/nightly')
  }
})

describe('an event of another producer', () => {
  const from = (data: unknown, more: Partial<IncomingEvent> = {}) =>
    toEnvelope({ name: 'order.created', data, ts: 5000, ...more }, id)
  const least = { v: 1, id, event: 'order.created', sentAt: 5000 }

  test('has the tenant in its payload and the time of its event', () => {
    const data = { tenantId: 'acme', orderId: 'order_1' }
    expect(from(data)).toEqual({ ...least, tenantId: 'acme', payload: data })
  })

  test('has no tenant if the payload has none, so that the checks reject it', () => {
    for (const data of [{}, { tenantId: '' }, { tenantId: 7 }, { tenantId: null }]) {
      expect(from(data)).toEqual({ ...least, tenantId: '', payload: data })
    }
  })

  test('has the epoch as its time if it has none', () => {
    expect(from({ tenantId: 'acme' }, { ts: undefined }).sentAt).toBe(0)
  })

  test('keeps data that is not an object', () => {
    for (const data of [null, 'text', 7, ['a']]) {
      expect(from(data)).toEqual({ ...least, tenantId: '', payload: { data } })
    }
  })

  test('keeps the `_job` of another producer in its payload', () => {
    for (const mine of [{}, { v: '2', tenantId: 'evil', runAt: 1 }, 'text', 7, null, ['v', 1]]) {
      const data = { tenantId: 'acme', _job: mine }
      expect(from(data)).toEqual({ ...least, tenantId: 'acme', payload: data })
    }
  })

  test('of a later version of this library is not read as one of another producer', () => {
    const data = { tenantId: 'acme', packed: 1, _job: { v: 2, tenantId: 'acme', sentAt: 7, runAt: 'later' } }
    expect(from(data)).toEqual({ ...least, v: 2, tenantId: 'acme', sentAt: 7, payload: null })
  })

  test("cannot set a member of another type, nor the envelope's own members", () => {
    const forged = {
      v: 1,
      id: 'another',
      event: 'other.event',
      payload: { tenantId: 'acme', admin: true },
      sentAt: 4000,
      runAt: 'soon',
      maxAttempts: -1,
      traceparent: {},
      providerOptions: { inngest: {} },
      more: 1,
    }
    expect(from({ tenantId: 'acme', _job: forged })).toEqual({
      ...least,
      sentAt: 4000,
      tenantId: 'acme',
      payload: { tenantId: 'acme' },
    })
  })

  test('with an unreadable record is treated as one without a record', () => {
    for (const forged of [{ sentAt: 'today' }, { sentAt: null }, { tenantId: '' }, { tenantId: 7 }]) {
      expect(from({ tenantId: 'acme', _job: { v: 1, ...forged } })).toEqual({
        ...least,
        tenantId: 'acme',
        payload: { tenantId: 'acme' },
      })
    }
  })

  test('that forges another tenant has both, which the checks compare', () => {
    const forged = from({ tenantId: 'acme', _job: { v: 1, tenantId: 'evil' } })
    expect(forged).toMatchObject({ tenantId: 'evil', payload: { tenantId: 'acme' } })
  })

  test('has unusual keys as data, which change no object', () => {
    const data = JSON.parse('{ "tenantId": "acme", "__proto__": { "admin": true }, "constructor": 1 }') as object
    const { payload: got } = from(data)
    expect(JSON.stringify(got)).toBe(JSON.stringify(data))
    expect((got as { admin?: unknown }).admin).toBeUndefined()
    const record = JSON.parse('{ "v": 1, "__proto__": { "runAt": 9, "tenantId": "evil" } }') as object
    expect(from({ tenantId: 'acme', _job: record })).toEqual({
      ...least,
      tenantId: 'acme',
      payload: { tenantId: 'acme' },
    })
  })
})
