import { expect, test } from 'vitest'

import { kindOf } from './kind-of.ts'

test.each<[value: unknown, kind: string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [[], 'an array'],
  [{}, 'an object'],
  [new Date(0), 'an object'],
  [Object.create(null), 'an object'],
  ['', 'a string'],
  [Number.NaN, 'a number'],
  [5n, 'a bigint'],
  [false, 'a boolean'],
  [Symbol('x'), 'a symbol'],
  [() => undefined, 'a function'],
])('describes %o as %s', (value, kind) => expect(kindOf(value)).toBe(kind))
