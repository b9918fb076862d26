import { describe, expect, test } from 'vitest'

import { boundedBaggage, isBaggage } from './baggage.ts'
import { decodeEnvelope, encodeEnvelope, type Envelope } from './envelope.ts'
import { isTracestate } from './tracestate.ts'

const payload = { tenantId: 't' }
const envelope: Envelope = {
  v: 1,
  id: 'id',
  event: 'order.created',
  tenantId: 't',
  payload,
  sentAt: 5,
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

describe('a `tracestate`', () => {
  test.each([['rojo=00f067aa0ba902b7'], ['congo=t61rcWkgMzE, rojo=1'], ['fw529a3039@dt=FfAxxQAAA'], ['a=1,,b=2']])(
    'can be %j',
    (value) => {
      expect(isTracestate(value)).toBe(true)
      expect(decodeEnvelope(encodeEnvelope({ ...envelope, tracestate: value }))?.tracestate).toBe(value)
    },
  )

  test.each([
    ['empty', ''],
    ['no string', 7],
    ['without a value', 'a'],
    ['with a line break', 'a=1\r\nx-evil: 1'],
    ['with an upper-case key', 'A=1'],
    ['longer than 512 characters', `a=${'x'.repeat(511)}`],
    ['of 33 members', Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(',')],
    ['of 512 members', Array.from({ length: 512 }, (_, index) => `k${index}=1`).join(',')],
  ])('%s is dropped when the envelope is decoded', (_name, tracestate) => {
    expect(decodeEnvelope({ ...envelope, tracestate })).toEqual(envelope)
  })
})

describe('a `baggage`', () => {
  test.each([
    [`a=${'x'.repeat(8190)}`],
    ['userId=alice'],
    ['a=1,b=2;private;ttl=5'],
    ['key = spaced , other=%20'],
    ['empty='],
  ])('can be %j', (value) => {
    expect(isBaggage(value)).toBe(true)
    expect(decodeEnvelope(encodeEnvelope({ ...envelope, baggage: value }))?.baggage).toBe(value)
  })

  test.each([
    ['empty', ''],
    ['no string', {}],
    ['without a value', 'a'],
    ['with a line break', 'a=1\nb=2'],
    ['over 8 KiB', `a=${'x'.repeat(8191)}`],
    ['of 512 members', Array.from({ length: 512 }, (_, index) => `k${index}=1`).join(',')],
  ])('%s is dropped when the envelope is decoded', (_name, baggage) => {
    expect(decodeEnvelope({ ...envelope, baggage })).toEqual(envelope)
  })

  test('that is too large keeps the members that fit', () => {
    const members = Array.from({ length: 512 }, (_, index) => `k${index}=1`)
    const bounded = boundedBaggage(members.join(','), payload)
    expect(bounded).toBe(members.slice(0, 64).join(','))
    expect(isBaggage(bounded)).toBe(true)
    expect(boundedBaggage(`large=${'x'.repeat(8187)},small=1,b\u0000d=1,last=2`, payload)).toBe('small=1,last=2')
    const none = [undefined, '', ',,,'].map((value) => boundedBaggage(value, payload))
    expect(none).toEqual([undefined, undefined, undefined])
  })

  test('has 8,192 characters beside a payload of 108 KiB, and 2,048 beside the largest', () => {
    const payloadOf = (bytes: number) => 'é'.repeat(bytes / 2 - 1)
    const lengths = [0, 108, 110, 112, 120, 1000].map((kib) => {
      const members = Array.from({ length: 64 }, (_, index) => `k${index}=${'x'.repeat(150)}`)
      return boundedBaggage(members.join(','), payloadOf(kib * 1024 + 2))!.length
    })
    expect(lengths.map((length) => Math.ceil(length / 1024))).toEqual([8, 8, 7, 6, 2, 2])
  })
})
