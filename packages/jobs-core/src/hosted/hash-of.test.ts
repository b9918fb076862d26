import { expect, test } from 'vitest'

import { hashOf } from './hash-of.ts'

test('texts are kept apart', async () => {
  expect(await hashOf(['a', 'b-c'])).not.toBe(await hashOf(['a-b', 'c']))
  expect(await hashOf(['a","b'])).not.toBe(await hashOf(['a', 'b']))
})
