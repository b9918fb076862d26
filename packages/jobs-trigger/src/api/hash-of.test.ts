import { expect, test } from 'vitest'

import { hashOf } from './hash-of.ts'

test('the same texts have the same hash, of the length that the SDK sends as it is', async () => {
  expect(await hashOf(['key', 'acme'])).toBe(await hashOf(['key', 'acme']))
  expect(await hashOf(['key', 'acme'])).toMatch(/^[0-9a-f]{64}$/)
})

test('texts are kept apart', async () => {
  expect(await hashOf(['a', 'b-c'])).not.toBe(await hashOf(['a-b', 'c']))
  expect(await hashOf(['a","b'])).not.toBe(await hashOf(['a', 'b']))
})
