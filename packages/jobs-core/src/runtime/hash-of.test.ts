import { expect, test } from 'vitest'

import { hashOf } from './hash-of.ts'

test('separates the strings', async () => {
  expect(await hashOf(['a', 'b-c'])).not.toBe(await hashOf(['a-b', 'c']))
  expect(await hashOf(['a","b'])).not.toBe(await hashOf(['a', 'b']))
})
