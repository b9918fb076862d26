import { expect, test } from 'vitest'

import { countMayExceed, describeCount } from './describe-count.ts'

test('a count that was stopped may exceed every number, also none and one', () => {
  for (const count of [0, 1, 40]) expect(countMayExceed({ count, isExact: false }, 100_000)).toBe(true)
  expect([0, 1, 2].map((count) => countMayExceed({ count, isExact: true }, 1))).toEqual([false, false, true])
})

test('says that there can be more', () => {
  const texts = [true, false].map((isExact) => [0, 1, 40].map((count) => describeCount({ count, isExact })))
  expect(texts).toEqual([
    ['0 jobs', '1 job', '40 jobs'],
    ['0 or more jobs', 'at least 1 job', 'at least 40 jobs'],
  ])
  expect(describeCount({ count: 2, isExact: true }, 'run')).toBe('2 runs')
})
