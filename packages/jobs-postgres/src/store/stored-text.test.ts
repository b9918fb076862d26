import fc from 'fast-check'
import { expect, test } from 'vitest'

import { storedKey, storedText } from './stored-text.ts'

test('a usual text is stored as it is', () => {
  for (const text of ['', 'acme', 'é — 東京 🎉', 'x'.repeat(200)]) expect(storedText(text)).toBe(text)
})

test('a text that PostgreSQL cannot store, or a long one, is stored as a short hash', () => {
  for (const text of ['a\0', '\u0001', '\uD800', '\uDC00\uD800', 'x'.repeat(201)]) {
    expect(storedText(text)).toHaveLength(65)
    expect(storedText(text)).toMatch(/^.[\da-f]{64}$/u)
  }
})

test('different texts stay different', () => {
  const text = fc.string({ unit: 'binary', maxLength: 210 })
  fc.assert(fc.property(text, text, (one, other) => (storedText(one) === storedText(other)) === (one === other)))
  expect(storedText('\uD800')).not.toBe(storedText('\uD801'))
  expect(storedText(storedText('\0'))).not.toBe(storedText('\0'))
})

test('an empty key differs from none', () => {
  expect(storedKey(undefined)).toBe('')
  expect(storedKey('')).toBe('=')
})
