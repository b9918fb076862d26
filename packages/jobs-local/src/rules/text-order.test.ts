import { DatabaseSync } from 'node:sqlite'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { compareText } from './text-order.ts'

test('strings are ordered as SQLite orders them', () => {
  const database = new DatabaseSync(':memory:')
  const compared = database.prepare('SELECT (?1 > ?2) - (?1 < ?2) AS sign')
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', '\uD7FF', '\uE000', '\uFFAE', '\u{1F600}'),
    maxLength: 4,
  })
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareText(one, other))).toBe(compared.get(one, other)!['sign'])
    }),
  )
  database.close()
})
