import { expect, test } from 'vitest'

import { pathTo } from './path.ts'

test.each<[keys: PropertyKey[], path: string]>([
  [[], 'payload'],
  [['items', 2, 'sku'], 'payload.items[2].sku'],
  [[0], 'payload[0]'],
  [['first name'], 'payload["first name"]'],
  [['_a', '$b', 'c1'], 'payload._a.$b.c1'],
  [['1st'], 'payload["1st"]'],
  [['0'], 'payload["0"]'],
  [['a"b', ''], 'payload["a\\"b"][""]'],
  [[Symbol('x')], 'payload["Symbol(x)"]'],
])('formats %j as code: %s', (keys, path) => expect(pathTo('payload', keys)).toBe(path))
