import fc from 'fast-check'
import { expect, test } from 'vitest'

import { escapeInvisible, escapeInvisibleInJson } from './escape-invisible.ts'

test('text stays as it is, in every script', () => {
  for (const text of ['order.created', 'Grüße', '注文', '😀', 'a b']) expect(escapeInvisible(text)).toBe(text)
})

test.each([
  ['a\nb\tc\r', String.raw`a\nb\tc\r`],
  ['\u001b[31mred\u0007', String.raw`\u{1b}[31mred\u{7}`],
  ['\u009b2J', String.raw`\u{9b}2J`],
  ['user\u202etxt.exe', String.raw`user\u{202e}txt.exe`],
  ['a\u200bb\u2028c', String.raw`a\u{200b}b\u{2028}c`],
  ['tag\u{e0041}', String.raw`tag\u{e0041}`],
  ['half\ud800', String.raw`half\u{d800}`],
  ['a\ufe0f\u{e0100}', String.raw`a\u{fe0f}\u{e0100}`],
  ['\u034f\u115f\u1160', String.raw`\u{34f}\u{115f}\u{1160}`],
  ['\u17b4\u180b\u3164\uffa0', String.raw`\u{17b4}\u{180b}\u{3164}\u{ffa0}`],
])('%j becomes %s', (text, escaped) => {
  expect(escapeInvisible(text)).toBe(escaped)
})

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
const text = fc.string({
  unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), defaultIgnorable()),
})

/** Any character that Unicode shows as nothing, most of which no other category has. */
function defaultIgnorable(): fc.Arbitrary<string> {
  const ranges = [[0x34f], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180f], [0x3164], [0xfe00, 0xfe0f], [0xffa0]]
  return fc
    .oneof(...[...ranges, [0xe0000, 0xe0fff]].map(([min, max = min]) => fc.integer({ min: min!, max: max! })))
    .map((code) => String.fromCodePoint(code))
}

test('no invisible character is left', () => {
  fc.assert(
    fc.property(text, (any) => {
      expect(escapeInvisible(any)).not.toMatch(invisible)
    }),
  )
})

test('line breaks can stay', () => {
  expect(escapeInvisible('a\n\tb\u0007', '\n\t')).toBe(`a\n\tb${String.raw`\u{7}`}`)
})

test('no invisible character is left in JSON, which keeps its value and layout', () => {
  fc.assert(
    fc.property(text, (any) => {
      const json = escapeInvisibleInJson(JSON.stringify({ [any]: any }, undefined, 2))
      expect(json.replaceAll('\n', '')).not.toMatch(invisible)
      expect(JSON.parse(json)).toEqual({ [any]: any })
      expect(json.split('\n')).toHaveLength(3)
    }),
  )
})
