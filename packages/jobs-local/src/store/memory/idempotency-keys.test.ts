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

  test('distinguishes tenants, events and keys that concatenate to the same string', () => {
    const keys = new IdempotencyKeys()
    keys.take(keyed('c', 1000, 'a', 'b"'), 0)
    expect(keys.holder(keyed('"c', 1000, 'a', 'b'), 0)).toBeUndefined()
    keys.take(keyed('c', 1000, 'a","b', 'x'), 0)
    expect(keys.holder(keyed('c', 1000, 'a', 'b","x'), 0)).toBeUndefined()
  })
})
