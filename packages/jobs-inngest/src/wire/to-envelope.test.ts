import type { Json, Envelope } from '@cgk-platform/jobs-core/provider'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { IncomingEvent } from './inngest-event.ts'
import { toEnvelope } from './to-envelope.ts'
import { toInngestEvent } from './to-inngest-event.ts'

const id = '01JQDAE4RQF8MBCR55T5AK4KXS'

/** As an event comes back from the engine, which gave it a time of its own. */
function throughEngine(envelope: Envelope): IncomingEvent {
  const { ts = 1_700_000_000_123, ...event } = JSON.parse(JSON.stringify(toInngestEvent(envelope))) as IncomingEvent
  return { id: envelope.id, ts, ...event }
}

const text = fc.string({ minLength: 1 })
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 })
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
const key = fc.oneof(text, fc.constantFrom('_job', 'constructor', 'tenantId', 'toString', 'data', 'v', 'payloadJob'))
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
    traceparent: text,
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
  test('comes back as it was', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(toEnvelope(throughEngine(envelope), id)).toEqual(envelope)
      }),
    )
  })

  test('has the payload in its data, so that expressions find the tenant, and the record beside it', () => {
    expect(toInngestEvent({ ...order, maxAttempts: 2, traceparent: '00-1-2-01' })).toEqual({
      name: 'order.created',
      data: {
        tenantId: 'acme',
        orderId: 'order_1',
        _job: { v: 1, sentAt: 1_700_000_000_000, tenantId: 'acme', maxAttempts: 2, traceparent: '00-1-2-01' },
      },
    })
  })

  test("has that time by the engine's clock, and by ours in the record", () => {
    const later = { ...order, runAt: 1_800_000_000_000 }
    expect(toInngestEvent(later, -500)).toMatchObject({
      ts: 1_799_999_999_500,
      data: { _job: { runAt: 1_800_000_000_000 } },
    })
    expect(toInngestEvent(order, -500)).toEqual(toInngestEvent(order))
  })
})

test("an event of a cron job is told by the job's name, whichever app has it", () => {
  const data = { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt: 1 } }
  for (const one of [data, { tenantId: 'acme' }, {}]) {
    expect(toEnvelope({ name: 'cron/shop/nightly', data: one }, id).event).toBe('cron/nightly')
  }
})

describe('an event of another producer', () => {
  const from = (data: unknown, more: Partial<IncomingEvent> = {}) =>
    toEnvelope({ name: 'order.created', data, ts: 5000, ...more }, id)
  const least = { v: 1, id, event: 'order.created', sentAt: 5000 }

  test('has the tenant that its payload names, and was sent at its time', () => {
    const data = { tenantId: 'acme', orderId: 'order_1' }
    expect(from(data)).toEqual({ ...least, tenantId: 'acme', payload: data })
  })

  test('has no tenant where the payload names none, so that the checks refuse it', () => {
    for (const data of [{}, { tenantId: '' }, { tenantId: 7 }, { tenantId: null }]) {
      expect(from(data)).toEqual({ ...least, tenantId: '', payload: data })
    }
  })

  test('was sent at the epoch where it tells no time', () => {
    expect(from({ tenantId: 'acme' }, { ts: undefined }).sentAt).toBe(0)
  })

  test('keeps its data also where that is no object', () => {
    for (const data of [null, 'text', 7, ['a']]) {
      expect(from(data)).toEqual({ ...least, tenantId: '', payload: { data } })
    }
  })

  test('keeps a `_job` that is none of ours in its payload', () => {
    for (const mine of [{}, { v: 2, tenantId: 'evil', runAt: 1 }, 'text', 7, null, ['v', 1]]) {
      const data = { tenantId: 'acme', _job: mine }
      expect(from(data)).toEqual({ ...least, tenantId: 'acme', payload: data })
    }
  })

  test('cannot smuggle in a wrong type, nor what an envelope has of its own', () => {
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

  test('with a record that cannot be read is taken as if it had none', () => {
    for (const forged of [{ sentAt: 'today' }, { sentAt: null }, { tenantId: '' }, { tenantId: 7 }]) {
      expect(from({ tenantId: 'acme', _job: { v: 1, ...forged } })).toEqual({
        ...least,
        tenantId: 'acme',
        payload: { tenantId: 'acme' },
      })
    }
  })

  test('that forges another tenant is told with it beside its own, which the checks compare', () => {
    const forged = from({ tenantId: 'acme', _job: { v: 1, tenantId: 'evil' } })
    expect(forged).toMatchObject({ tenantId: 'evil', payload: { tenantId: 'acme' } })
  })

  test('has its odd keys as data, which change no object', () => {
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
