import fc from 'fast-check'
import { expect, test } from 'vitest'

import { bytesOver, type Json } from './json.ts'

test('bytesOver returns the size of any JSON above the limit, otherwise undefined', () => {
  const anyCharacter = fc.nat(0x10ffff).map((codePoint) => String.fromCodePoint(codePoint)) // also unpaired surrogates
  const json = fc
    .jsonValue({ maxDepth: 3, stringUnit: anyCharacter })
    .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  fc.assert(
    fc.property(json, fc.nat(400), (value, limitBytes) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value)).length
      expect(bytesOver(value, limitBytes)).toBe(bytes > limitBytes ? bytes : undefined)
    }),
  )
})

test.each(['\u0000', '\ud800', '"', 'ß', '😀', -1.234567890123456e-7, -0.0000012345678901234567])(
  'the longest that %j can become is reckoned with',
  (value) => {
    const values = Array.from({ length: 10 }, () => value)
    const bytes = new TextEncoder().encode(JSON.stringify(values)).length
    expect(bytesOver(values, bytes)).toBeUndefined()
    expect(bytesOver(values, bytes - 1)).toBe(bytes)
  },
)
