import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decodeEnvelope, encodeEnvelope, type Envelope, notUnderstood, toExternalEnvelope } from './envelope.ts'
import type { Json } from '../values/json.ts'

const text = fc.string({ minLength: 1, unit: 'grapheme' })
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
const wire: fc.Arbitrary<Envelope> = fc.record(
  {
    v: fc.constant(1 as const),
    id: text,
    event: text,
    tenantId: text,
    payload: json,
    sentAt: number,
    runAt: number,
    idempotencyKey: text,
    idempotencyTtlMs: number,
    rerunOf: text,
    maxAttempts: fc.integer({ min: 1, max: 1000 }),
    traceparent: fc.constant('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
  },
  { requiredKeys: ['v', 'id', 'event', 'tenantId', 'payload', 'sentAt'] },
)

const envelope: Envelope = {
  v: 1,
  id: 'id',
  event: 'order.created',
  tenantId: 't',
  payload: { tenantId: 't' },
  sentAt: 5,
}

describe('an envelope', () => {
  test('is equal after encoding and decoding', () => {
    fc.assert(
      fc.property(wire, (sent) => {
        expect(decodeEnvelope(encodeEnvelope(sent))).toEqual(sent)
      }),
    )
  })

  test('is encoded without the options of the sending provider', () => {
    const encoded = encodeEnvelope({ ...envelope, providerOptions: { inngest: { priority: 1 } } })
    expect(encoded).not.toContain('priority')
    expect(decodeEnvelope(encoded)).toEqual(envelope)
  })

  test('is decoded without unknown fields', () => {
    expect(decodeEnvelope({ ...envelope, urgency: 5, providerOptions: {}, __proto__: { x: 1 } })).toEqual(envelope)
  })

  test('is decoded without optional fields of a wrong type', () => {
    const odd = { runAt: '2026', idempotencyKey: '', idempotencyTtlMs: null, rerunOf: 7, maxAttempts: '3' }
    for (const traceparent of [7, '', '00-1-2-01\r\n']) {
      expect(decodeEnvelope({ ...envelope, ...odd, traceparent })).toEqual(envelope)
    }
  })

  test.each([0, -1, 1.5, 1001, 2 ** 53])('is decoded without an invalid `maxAttempts` of %d', (maxAttempts) => {
    expect(decodeEnvelope({ ...envelope, maxAttempts })).toEqual(envelope)
  })
})

describe('an envelope that requires more than this code understands', () => {
  test('names it, and keeps it when it is encoded', () => {
    const sent = { ...envelope, requires: ['later'] }
    expect(notUnderstood(sent)).toEqual(['later'])
    expect(decodeEnvelope(encodeEnvelope(sent))).toEqual(sent)
  })

  test('can require nothing', () => {
    expect(notUnderstood(envelope)).toEqual([])
    expect(notUnderstood({ ...envelope, requires: [] })).toEqual([])
  })

  test.each([[null], ['later'], [[1]], [{}], [false]])('is never read as one that requires nothing: %j', (requires) => {
    expect(notUnderstood(decodeEnvelope({ ...envelope, requires })!)).toEqual(['requires'])
  })

  test('of another version is read without its payload and its options', () => {
    const later = { ...envelope, v: 2, payload: ['another', 'shape'], runAt: 'later', requires: 7 }
    const decoded = decodeEnvelope(JSON.stringify(later))!
    expect(decoded).toEqual({ ...envelope, v: 2, payload: null })
    expect(notUnderstood(decoded)).toEqual(['envelope v2'])
  })

  test('of another version has empty texts for what it does not have', () => {
    expect(decodeEnvelope({ v: 1.5, id: 7 })).toEqual({
      ...{ v: 1.5, id: '', event: '', tenantId: '' },
      ...{ payload: null, sentAt: 0 },
    })
  })
})

describe('decodeEnvelope returns `undefined` for', () => {
  test.each(['{', 'null', '[1]', () => envelope, encodeEnvelope(envelope).slice(0, -1)])('%j', (garbage) =>
    expect(decodeEnvelope(garbage)).toBeUndefined(),
  )

  test.each<[member: keyof Envelope, value: unknown]>([
    ['v', '1'],
    ['v', undefined],
    ['id', ''],
    ['id', 5],
    ['event', undefined],
    ['tenantId', ''],
    ['tenantId', null],
    ['payload', undefined],
    ['sentAt', '5'],
    ['sentAt', Number.NaN],
    ['sentAt', Number.POSITIVE_INFINITY],
  ])('%s: %j', (field, value) => expect(decodeEnvelope({ ...envelope, [field]: value })).toBeUndefined())

  test('any other string', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()).filter(hasNoVersionIn), (garbage) => {
        expect(decodeEnvelope(garbage)).toBeUndefined()
      }),
    )
  })

  test('any other value', () => {
    fc.assert(
      fc.property(fc.anything().filter(hasNoVersion), (garbage) => {
        expect(decodeEnvelope(garbage)).toBeUndefined()
      }),
    )
  })
})

test('an external event has the tenant of its payload, or none', () => {
  const event = { id: 'id', event: 'order.created', sentAt: 5 }
  const tenants = [{ tenantId: 't' }, {}, { tenantId: 7 }, { tenantId: 'system' }, ['t'], 'text', null].map(
    (payload) => toExternalEnvelope({ ...event, payload }).tenantId,
  )
  expect(tenants).toEqual(['t', '', '', '', '', '', ''])
  expect(toExternalEnvelope({ ...event, payload: envelope.payload })).toEqual({ ...envelope })
})

function hasNoVersion(value: unknown): boolean {
  return typeof (value as { readonly v?: unknown } | null | undefined)?.v !== 'number'
}

function hasNoVersionIn(garbage: string): boolean {
  return !garbage.includes('"v"')
}
