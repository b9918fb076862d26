import fc from 'fast-check'
import { expect, test } from 'vitest'

import { toJson } from './to-json.ts'

test('invisible characters are escaped, and parse to the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = toJson({ text })
      expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
      expect(JSON.parse(json)).toEqual({ text })
    }),
  )
})

test('dates are ISO 8601', () => {
  expect(toJson([new Date(0)])).toBe('["1970-01-01T00:00:00.000Z"]')
})
