import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { turnBatch } from '../../rules/turn-batch.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'

const keyed = (idempotencyKey: string, idempotencyTtlMs = 1000, tenantId = 'acme', event = 'work.requested') =>
  createEnvelope({ idempotencyKey, idempotencyTtlMs, tenantId, event })

describe('IdempotencyKeys', () => {
  test('an envelope without a key reserves none', () => {
    const keys = new IdempotencyKeys()
    keys.take(createEnvelope(), 0)
    expect(keys.holder(createEnvelope(), 0)).toBeUndefined()
  })

  test('a key is in use until it expires, and free from that time on', () => {
    const keys = new IdempotencyKeys()
    const first = keyed('a')
    keys.take(first, 0)
    expect(keys.holder(keyed('a'), 999)).toBe(first.id)
    expect(keys.holder(keyed('a'), 1000)).toBeUndefined()
  })

  test('many expired keys are free at once, and removed in batches', () => {
    const keys = new IdempotencyKeys()
    const names = Array.from({ length: 2 * turnBatch + 10 }, (_, number) => String(number))
    for (const name of names) keys.take(keyed(name), 0)
    const sizes = ['0', names.at(-1)!, '1'].map((name) => {
      expect(keys.holder(keyed(name), 1000)).toBeUndefined()
      return keys.size
    })
    expect(sizes).toEqual([turnBatch + 10, 10, 0])
  })

  test('keys are scoped by tenant and event', () => {
    const keys = new IdempotencyKeys()
    keys.take(keyed('a'), 0)
    expect(keys.holder(keyed('a', 1000, 'globex'), 0)).toBeUndefined()
    expect(keys.holder(keyed('a', 1000, 'acme', 'work.followed'), 0)).toBeUndefined()
  })

  test('distinguishes tenants, events and keys that concatenate to the same string', () => {
    const keys = new IdempotencyKeys()
    keys.take(keyed('c', 1000, 'a', 'b"'), 0)
    expect(keys.holder(keyed('"c', 1000, 'a', 'b'), 0)).toBeUndefined()
    keys.take(keyed('c', 1000, 'a","b', 'x'), 0)
    expect(keys.holder(keyed('c', 1000, 'a', 'b","x'), 0)).toBeUndefined()
  })

  test('a key that is reused after its expiry gets a new expiry', () => {
    const keys = new IdempotencyKeys()
    keys.take(keyed('a', 10), 0)
    const second = keyed('a', 1000)
    expect(keys.holder(second, 10)).toBeUndefined()
    keys.take(second, 10)
    expect(keys.holder(keyed('a'), 500)).toBe(second.id)
  })

  test('behaves like a table of expiry times for any sequence of sends', () => {
    const send = fc.record({
      afterMs: fc.nat(30),
      ttlMs: fc.integer({ min: 0, max: 60 }),
      key: fc.constantFrom('a', 'b'),
      tenantId: fc.constantFrom('acme', 'globex'),
    })
    fc.assert(
      fc.property(fc.array(send, { maxLength: 80 }), (sends) => {
        const keys = new IdempotencyKeys()
        const model = new Map<string, { id: string; until: number }>()
        let now = 0
        for (const { afterMs, ttlMs, key, tenantId } of sends) {
          now += afterMs
          const envelope = keyed(key, ttlMs, tenantId)
          const known = model.get(`${tenantId}/${key}`)
          const holder = known && known.until > now ? known.id : undefined
          expect(keys.holder(envelope, now)).toBe(holder)
          if (holder === undefined) {
            keys.take(envelope, now)
            model.set(`${tenantId}/${key}`, { id: envelope.id, until: now + ttlMs })
          }
        }
      }),
    )
  })
})
