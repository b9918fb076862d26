import { expect, test } from 'vitest'

import { axisTicks } from '../../ui/src/job/axis-ticks.ts'

const day = 86_400_000

test.each([
  [1, ['0', '1 ms']],
  [3, ['0', '3 ms']],
  [4, ['0', '1 ms', '2 ms', '3 ms', '4 ms']],
  [3000, ['0', '750 ms', '1.5 s', '2.2 s', '3.0 s']],
  [9 * day, ['0', '2 d 6 h', '4 d 12 h', '6 d 18 h', '9 d']],
])('the axis of %d ms has marks that differ', (span, labels) => {
  expect(axisTicks(span).map(({ label }) => label)).toEqual(labels)
})

test('marks stand where their times are', () => {
  expect(axisTicks(1000).map(({ at }) => at)).toEqual([0, 0.25, 0.5, 0.75, 1])
  expect(axisTicks(1).map(({ at }) => at)).toEqual([0, 1])
})
