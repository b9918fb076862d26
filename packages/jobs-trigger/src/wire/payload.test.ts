import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { readEventPayload, readRunPayload, toRetryPayload, toWireJson } from './payload.ts'

const envelope: Envelope = {
  v: 1,
  id: '01J0000000000000000000000',
  event: 'order.created',
  tenantId: 'acme',
  payload: { tenantId: 'acme', orderId: 'order_1', lines: [1, null, 'x'] },
  sentAt: 1000,
  runAt: 2000,
  maxAttempts: 4,
  idempotencyKey: 'key',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}
const read = (payload: unknown) => readEventPayload(payload, 'order.created', 'run_1', 5000)

describe("the payload of an event's task", () => {
  test('is restored', () => {
    expect(read(toWireJson({ envelope }))).toEqual({ envelope })
  })

  test('is sent as a JSON string if it has a key that the SDK rejects, at any depth', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const payload = JSON.parse(`{ "tenantId": "acme", "deep": [{ "${key}": "Brabham" }] }`) as never
      const json = toWireJson({ envelope: { ...envelope, payload } })
      expect(json).toBeTypeOf('string')
      expect(JSON.stringify(read(json).envelope.payload)).toBe(JSON.stringify(payload))
    }
  })

  test('is sent as a JSON string if it is a string that the database cannot store', () => {
    for (const text of ['a\u0000b', 'half \ud83d of a smile']) expect(toWireJson(text)).toBe(JSON.stringify(text))
    expect(toWireJson('whole \u{1f600}')).toBe('whole \u{1f600}')
  })

  test('may request a retry', () => {
    const retry = { jobId: 'run_0', runs: { ship: 'run_1' } }
    expect(read(toWireJson({ envelope, retry }))).toEqual({ envelope, retry })
    const allBut = { ...retry, allBut: ['bill'] }
    expect(read(toWireJson({ envelope, retry: allBut }))).toEqual({ envelope, retry: allBut })
    expect(read({ envelope, retry: { jobId: 1, runs: {} } })).toEqual({ envelope })
    expect(read({ envelope, retry: 'run_0' })).toEqual({ envelope })
  })

  test('gets the event name of its task', () => {
    expect(read({ envelope: { ...envelope, event: 'order.refunded' } }).envelope.event).toBe('order.created')
  })

  test("may be only an event's payload, as typed in the dashboard", () => {
    const payload = { tenantId: 'acme', orderId: 'order_1' }
    const bare = { v: 1, id: 'run_1', event: 'order.created', tenantId: 'acme', payload, sentAt: 5000 }
    expect(read(payload)).toEqual({ envelope: bare })
    expect(read({ ...payload, envelope: 'mine' }).envelope.payload).toEqual({ ...payload, envelope: 'mine' })
  })

  test.each([[undefined], [null], [7], ['text'], [[]], [{}], [{ tenantId: 7 }]])(
    'has no tenant if it is %j; the checks before the handler reject it',
    (payload) => expect(read(payload).envelope).toMatchObject({ tenantId: '', payload: payload ?? null }),
  )
})

describe("the payload of a definition's own task", () => {
  test('is restored', () => {
    const payload = { envelope, jobId: 'run_1', retryOf: 'run_0' }
    expect(readRunPayload(toWireJson(payload))).toEqual(payload)
    expect(readRunPayload(toWireJson({ envelope, jobId: 'run_1' }))).toEqual({ envelope, jobId: 'run_1' })
  })

  test.each([[undefined], ['text'], [{}], [{ envelope }], [{ envelope: {}, jobId: 'run_1' }]])(
    'is not from this library if it is %j',
    (payload) => expect(readRunPayload(payload)).toBeUndefined(),
  )
})

test('the payload of a retry has all of the original, also what this version does not understand', () => {
  const retry = { jobId: 'run_0', runs: { ship: 'run_1' } }
  const later = { envelope: { ...envelope, v: 2, shape: 'new' }, options: { machine: 'small-2x', more: 1 }, extra: 7 }
  for (const original of [later, JSON.stringify(later)]) {
    expect(toRetryPayload(original, read(original), retry)).toEqual({ ...later, retry })
  }
  const typed = { tenantId: 'acme', orderId: 'order_1' }
  expect(toRetryPayload(typed, read(typed), retry)).toEqual({ ...read(typed), retry })
})
