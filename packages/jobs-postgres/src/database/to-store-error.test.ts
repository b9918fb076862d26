import { expect, test } from 'vitest'

import { toStoreError } from './to-store-error.ts'

test.each([
  ['23514', 'rejected'],
  ['XX000', 'rejected'],
  ['40003', 'failed'],
  ['EBADF', 'failed'],
])('an error with the code %s is %s: only the server knows that nothing was stored', (code, problem) => {
  expect(toStoreError(Object.assign(new Error('no'), { code }), 'here')).toMatchObject({ problem })
})
