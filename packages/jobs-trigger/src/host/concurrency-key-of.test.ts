import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { concurrencyKeyOf } from './concurrency-key-of.ts'

const perTenant = (tenantId: string): string => concurrencyKeyOf({ tenantId, payload: {} }, { perTenant: 1 })!
const perKey = (tenantId: string, storeId: unknown, key = 'storeId'): string =>
  concurrencyKeyOf({ tenantId, payload: { storeId } as never }, { key, perKey: 1 })!

test.each([
  ['acme', 'acme'],
  ['org:7', 'org%3a7'],
  ['*', '%2a'],
  ['%3a', '%253a'],
])('returns the key of the tenant %s: %s', (tenantId, key) => {
  expect(perTenant(tenantId)).toBe(key)
})

test('returns no key if nothing is limited for each tenant or value, which would turn the limit into one for each', () => {
  const envelope = { tenantId: 'acme', payload: { storeId: '7' } }
  expect(concurrencyKeyOf(envelope, undefined)).toBeUndefined()
  expect(concurrencyKeyOf(envelope, { limit: 1 })).toBeUndefined()
})

describe('of a value in the payload', () => {
  test.each([
    ['7', 'acme,7'],
    [7, 'acme,7'],
    [true, 'acme,true'],
    ['', 'acme,'],
    ['a,b:*', 'acme,a%2cb%3a%2a'],
  ])('%j is %s', (value, key) => expect(perKey('acme', value)).toBe(key))

  test.each([undefined, null, {}, ['7']])('%j is the key of the runs of a tenant without a value', (value) => {
    expect(perKey('acme', value)).toBe('acme')
  })

  test('is read at a path', () => expect(perKey('acme', { id: 'x' }, 'storeId.id')).toBe('acme,x'))
})

const text = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.stringMatching(/^[a,:*%2]{1,6}$/))

test('returns a unique key for each tenant, without a colon and of a bounded length', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const keys = [perTenant(one), perTenant(other)]
      expect(keys[0] === keys[1]).toBe(one === other)
      for (const key of keys) expect(key).toMatch(/^[^:*\s]{1,400}$/u)
    }),
    { numRuns: 2000 },
  )
})

test('returns a unique key for each tenant and value, without a colon and of a bounded length', () => {
  const pair = fc.tuple(text, fc.option(text, { nil: undefined }))
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      const keys = [perKey(...one), perKey(...other)]
      expect(keys[0] === keys[1]).toBe(one[0] === other[0] && one[1] === other[1])
      for (const key of keys) expect(key).toMatch(/^[^:*\s]{1,800}$/u)
    }),
    { numRuns: 2000 },
  )
})
