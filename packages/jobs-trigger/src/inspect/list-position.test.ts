import fc from 'fast-check'
import { expect, test } from 'vitest'

import { decodePosition, encodePosition } from './list-position.ts'

const last = fc.record({ at: fc.nat(), id: fc.stringMatching(/^run_[a-z0-9]{1,30}$/) })
const after = fc.stringMatching(/^[\w=-]{1,80}$/)

test('a position survives its encoding', () => {
  const position = fc.record({ last, after }, { requiredKeys: [] })
  fc.assert(
    fc.property(position, (one) => {
      expect(decodePosition(encodePosition(one))).toEqual(one)
    }),
  )
})

test('any other string is refused, or reads as a position of this list', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 600, unit: 'binary' }), (cursor) => {
      try {
        expect(encodePosition(decodePosition(cursor)).replace(/^0+/, '')).toBe(cursor.replace(/^0+/, ''))
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_option', option: 'cursor' })
      }
    }),
  )
})
