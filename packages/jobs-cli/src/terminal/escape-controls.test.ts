import fc from 'fast-check'
import { expect, test } from 'vitest'

import { escapeControls } from './escape-controls.ts'

test('text stays as it is, in every script', () => {
  for (const text of ['order.created', 'Grüße', '注文', '😀', 'a b']) expect(escapeControls(text)).toBe(text)
})

test.each([
  ['a\nb\tc\r', String.raw`a\nb\tc\r`],
  ['\u001b[31mred\u0007', String.raw`\u{1b}[31mred\u{7}`],
  ['\u009b2J', String.raw`\u{9b}2J`],
  ['user\u202etxt.exe', String.raw`user\u{202e}txt.exe`],
  ['a\u200bb\u2028c', String.raw`a\u{200b}b\u{2028}c`],
  ['tag\u{e0041}', String.raw`tag\u{e0041}`],
  ['half\ud800', String.raw`half\u{d800}`],
])('%j becomes %s', (text, escaped) => {
  expect(escapeControls(text)).toBe(escaped)
})

test('no control or invisible character is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeControls(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    }),
  )
})
