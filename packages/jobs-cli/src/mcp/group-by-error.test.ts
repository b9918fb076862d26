import { expect, test } from 'vitest'

import { groupByError } from './group-by-error.ts'

const job = (id: string, message: string | undefined, definitionId = 'a') => ({
  id,
  event: 'order.placed',
  tenantId: 'shop_1',
  state: 'failed' as const,
  createdAt: new Date(0),
  definitionIds: [definitionId],
  ...(message !== undefined && { error: { name: 'Error', message } }),
})

test('errors that differ only in numbers and ids are one group, the most frequent first', () => {
  const groups = groupByError([
    job('1', undefined),
    job('2', 'order 17 of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed'),
    job('3', 'order 18 of 7c9e6679-7425-40de-944b-e07fc1f90ae7 failed', 'b'),
  ])
  expect(groups).toMatchObject([
    { error: 'Error: order # of # failed', jobs: 2, definitionIds: ['a', 'b'], exampleJobId: '2' },
    { error: '(no error reported)', jobs: 1, exampleJobId: '1' },
  ])
})
