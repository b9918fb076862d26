import { expect, test } from 'vitest'

import { hashOf } from './hash-of.ts'

test('the same texts have the same hash, of 64 digits', async () => {
  expect(await hashOf(['key', 'acme'])).toBe(await hashOf(['key', 'acme']))
  expect(await hashOf(['key', 'acme'])).toMatch(/^[0-9a-f]{64}$/)
})

test('texts are kept apart', async () => {
  expect(await hashOf(['a', 'b-c'])).not.toBe(await hashOf(['a-b', 'c']))
  expect(await hashOf(['a","b'])).not.toBe(await hashOf(['a', 'b']))
})
