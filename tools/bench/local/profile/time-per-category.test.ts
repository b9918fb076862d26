import { expect, test } from 'vitest'

import { commitFunction } from './category-of.ts'
import { timePerCategory } from './time-per-category.ts'

const frame = (functionName: string, url = '') => ({
  functionName,
  url,
  scriptId: '0',
  lineNumber: 0,
  columnNumber: 0,
})

const profile = {
  startTime: 0,
  endTime: 10_700,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    {
      id: 2,
      callFrame: frame('all', 'file:///packages/jobs-local/src/store/sqlite/file/connection.ts'),
      children: [3, 4],
    },
    { id: 3, callFrame: frame('all') },
    { id: 4, callFrame: frame('hrtime') },
    { id: 5, callFrame: frame(commitFunction, 'file:///tools/bench/local/profile/name-hidden-work.ts'), children: [7] },
    { id: 6, callFrame: frame('(garbage collector)') },
    { id: 7, callFrame: frame('exec') },
  ],
  samples: [2, 3, 4, 6, 7, 3],
  timeDeltas: [100, 100, 100, 300, 5_000, 5_000],
}

test('a profile is divided among the categories without a rest', () => {
  const { categories } = timePerCategory(profile, 100)
  expect(categories).toMatchObject({
    'maps/queues/rows': 200, // with a native function that has no category of its own
    SQL: 1_100,
    commits: 5_000, // a commit waits for the disk
    'garbage collection': 300,
    'waiting for a processor': 4_000,
    other: 100, // after the last sample
  })
  expect(Object.values(categories).reduce((sum, us) => sum + us, 0)).toBe(profile.endTime)
})
