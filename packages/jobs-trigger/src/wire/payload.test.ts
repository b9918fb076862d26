import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { readEventPayload, readRunPayload, toWireJson } from './payload.ts'

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
  traceparent: '00-1',
}
const read = (payload: unknown) => readEventPayload(payload, 'order.created', 'run_1', 5000)

describe("what an event's task is triggered with", () => {
  test('is read as it was carried', () => {
    expect(read(toWireJson({ envelope }))).toEqual({ envelope })
  })

  test('is carried as text where it has a key that the SDK cannot carry, at whatever depth', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const payload = JSON.parse(`{ "tenantId": "acme", "deep": [{ "${key}": "Brabham" }] }`) as never
      const carried = toWireJson({ envelope: { ...envelope, payload } })
      expect(carried).toBeTypeOf('string')
      expect(JSON.stringify(read(carried).envelope.payload)).toBe(JSON.stringify(payload))
    }
  })

  test('or is itself a text that no database would keep', () => {
    for (const text of ['a\u0000b', 'half \ud83d of a smile']) expect(toWireJson(text)).toBe(JSON.stringify(text))
    expect(toWireJson('whole \u{1f600}')).toBe('whole \u{1f600}')
  })

  test('may ask for a retry', () => {
    const retry = { jobId: 'run_0', runs: { ship: 'run_1' } }
    expect(read(toWireJson({ envelope, retry }))).toEqual({ envelope, retry })
    const allBut = { ...retry, allBut: ['bill'] }
    expect(read(toWireJson({ envelope, retry: allBut }))).toEqual({ envelope, retry: allBut })
    expect(read({ envelope, retry: { jobId: 1, runs: {} } })).toEqual({ envelope })
    expect(read({ envelope, retry: 'run_0' })).toEqual({ envelope })
  })

  test('is of the event whose task it came to, whatever it says', () => {
    expect(read({ envelope: { ...envelope, event: 'order.refunded' } }).envelope.event).toBe('order.created')
  })

  test("may be an event's payload alone, as somebody types it in the dashboard", () => {
    const payload = { tenantId: 'acme', orderId: 'order_1' }
    const bare = { v: 1, id: 'run_1', event: 'order.created', tenantId: 'acme', payload, sentAt: 5000 }
    expect(read(payload)).toEqual({ envelope: bare })
    expect(read({ ...payload, envelope: 'mine' }).envelope.payload).toEqual({ ...payload, envelope: 'mine' })
  })

  test.each([[undefined], [null], [7], ['text'], [[]], [{}], [{ tenantId: 7 }]])(
    'that is %j names no tenant, which the checks before the handler refuse',
    (payload) => expect(read(payload).envelope).toMatchObject({ tenantId: '', payload: payload ?? null }),
  )
})

describe("what a definition's own task is triggered with", () => {
  test('is read as it was carried', () => {
    const payload = { envelope, jobId: 'run_1', retryOf: 'run_0' }
    expect(readRunPayload(toWireJson(payload))).toEqual(payload)
    expect(readRunPayload(toWireJson({ envelope, jobId: 'run_1' }))).toEqual({ envelope, jobId: 'run_1' })
  })

  test.each([[undefined], ['text'], [{}], [{ envelope }], [{ envelope: {}, jobId: 'run_1' }]])(
    'is none of ours where it is %j',
    (payload) => expect(readRunPayload(payload)).toBeUndefined(),
  )
})
