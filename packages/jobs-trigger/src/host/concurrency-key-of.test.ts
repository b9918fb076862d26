import fc from 'fast-check'
import { expect, test } from 'vitest'

import { concurrencyKeyOf } from './concurrency-key-of.ts'

test.each([
  ['acme', 'acme'],
  ['org:7', 'org%3a7'],
  ['*', '%2a'],
  ['%3a', '%253a'],
])('returns the key of the tenant %s: %s', (tenantId, key) => {
  expect(concurrencyKeyOf(tenantId)).toBe(key)
})

test('returns a unique key for each tenant, without a colon and of a bounded length', () => {
  const tenant = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc.stringMatching(/^[a:*%2]{1,6}$/),
  )
  fc.assert(
    fc.property(tenant, tenant, (one, other) => {
      const keys = [concurrencyKeyOf(one), concurrencyKeyOf(other)]
      expect(keys[0] === keys[1]).toBe(one === other)
      for (const key of keys) expect(key).toMatch(/^[^:*\s]{1,400}$/u)
    }),
    { numRuns: 2000 },
  )
})
