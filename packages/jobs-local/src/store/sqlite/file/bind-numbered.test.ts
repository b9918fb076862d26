import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { bindNumbered, bindsNumbered } from './bind-numbered.ts'

test.for([
  ['SELECT ? a, ? b', [1, 2]],
  ['SELECT ?1 a, ?1 + ?2 b', [1, 2]],
  ['SELECT ?2 a, ?1 b, ?2 c', [1, 2]],
] as const)('values bound by names are those bound by position: %s', ([sql, values]) => {
  const statement = new DatabaseSync(':memory:').prepare(sql)
  expect(statement.get(...(bindNumbered(sql, values) as number[]))).toEqual(statement.get(...values))
})

test('a version of Node that binds no numbered parameters by position is recognized', () => {
  const database = new DatabaseSync(':memory:')
  expect(bindsNumbered(database)).toBe(true)
  const older = {
    prepare: () => ({
      get() {
        throw new Error('column index out of range')
      },
    }),
  }
  expect(bindsNumbered(older as never)).toBe(false)
})
