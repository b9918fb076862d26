import { expect, test } from 'vitest'

import { revokedProxy } from '../../test/kit/unusual-errors.ts'
import { quote } from './quote.ts'

test('quotes at most 100 characters of a value', () => {
  const hundred = 'x'.repeat(100)
  expect(quote(hundred)).toBe(`\`${hundred}\``)
  expect(quote(`${hundred}x`)).toBe(`\`${hundred}… (101 characters in total)\``)
})

test('never leaves half of a character', () => {
  expect(quote(`${'x'.repeat(99)}😀`)).toBe(`\`${'x'.repeat(99)}… (101 characters in total)\``)
  expect(quote('\ud800')).toBe('`\ufffd`')
})

test('quotes any value', () => {
  expect([undefined, 5, Symbol('x')].map(quote)).toEqual(['`undefined`', '`5`', '`Symbol(x)`'])
  for (const value of [Object.create(null), revokedProxy]) expect(quote(value)).toBe('`an object that cannot be read`')
})
