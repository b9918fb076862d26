import { expect, it } from 'vitest'

import { toStoreError } from '../database/to-store-error.ts'
import { isRejected } from './is-rejected.ts'

it.each([
  ['22P02', true],
  ['23505', true],
  ['54000', true],
  ['40P01', false],
  ['EPIPE', false],
])('finds what PostgreSQL rejects behind the error of a database: %s', (code, expected) => {
  const cause = Object.assign(new Error('no'), { code })
  expect(isRejected(toStoreError(cause, 'localhost'))).toBe(expected)
  expect(isRejected(cause)).toBe(expected)
})
