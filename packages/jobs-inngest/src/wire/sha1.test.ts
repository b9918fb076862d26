import { createHash } from 'node:crypto'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { sha1 } from './sha1.ts'

test("equals the platform's hash, for strings of every length and script", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (text) => {
      expect(sha1(text)).toBe(createHash('sha1').update(text).digest('hex'))
    }),
    { numRuns: 50 },
  )
})

test.each([0, 55, 56, 63, 64, 119, 120, 1000])('hashes %d characters, around the block boundaries', (length) => {
  const text = 'a'.repeat(length)
  expect(sha1(text)).toBe(createHash('sha1').update(text).digest('hex'))
})
