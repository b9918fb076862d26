import { expect, test } from 'vitest'

import { keepForLists } from './keep-for-lists.ts'

const record = { definition: 'work', attempt: 1, maxAttempts: 3, startedAt: 1000 }
const error = { name: 'Error', message: 'no' }

test('a record keeps a short output and a short stack, and no long one', () => {
  const completed = { type: 'completed', output: 1 } as const
  expect(keepForLists(record, completed, { found: 3 })).toEqual({ ...record, outputCopy: { found: 3 } })
  expect(keepForLists(record, completed, undefined)).toEqual(record)
  expect(keepForLists(record, completed, 'ä'.repeat(2048))).toEqual(record)
  const stack = 'Error: no\n    at ship'
  expect(keepForLists(record, { type: 'failed', error: { ...error, stack } }, undefined)).toMatchObject({
    stackCopy: stack,
  })
  const retried = { type: 'retry', afterMs: 1, error: { ...error, stack: 'x'.repeat(5000) } } as const
  expect(keepForLists(record, retried, undefined)).toEqual(record)
})
