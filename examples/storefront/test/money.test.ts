import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { formatPounds, toPence } from '../src/money.ts'

describe('toPence', () => {
  it.each([
    ['2.55', 255],
    ['2.1', 210],
    ['15', 1500],
    ['0.07', 7],
    ['0', 0],
    ['-11.62', -1162],
  ])('reads %s as %i pence', (pounds, pence) => expect(toPence(pounds)).toBe(pence))

  it.each(['', '1.234', '1,5', '.5', 'free', '1e3'])('rejects %j', (pounds) => {
    expect(() => toPence(pounds)).toThrow('is not an amount')
  })

  it('converts every amount exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 0, max: 99 }), (pounds, pence) => {
        expect(toPence(`${pounds}.${String(pence).padStart(2, '0')}`)).toBe(pounds * 100 + pence)
      }),
    )
  })
})

describe('formatPounds', () => {
  it('formats thousands and two decimals', () => expect(formatPounds(10_670_917)).toBe('£106,709.17'))
  it('formats less than a pound', () => expect(formatPounds(5)).toBe('£0.05'))
  it('puts the minus before the pound sign', () => expect(formatPounds(-750)).toBe('-£7.50'))
})
