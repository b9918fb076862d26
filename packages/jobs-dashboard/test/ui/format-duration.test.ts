import { expect, test } from 'vitest'

import { formatDuration, formatRelative } from '../../ui/src/time/format-duration.ts'

test.each([
  [0, '0 ms'],
  [999.6, '1.0 s'],
  [1240, '1.2 s'],
  [59_999, '59 s'],
  [90_000, '1 min 30 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
  [315_360_000_000, '10 y'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  [1000, 'now'],
  [-65_000, '1 min ago'],
  [7_300_000, 'in 2 h'],
])('a time %d ms away is %s', (distance, text) => {
  expect(formatRelative(1_000_000_000 + distance, 1_000_000_000)).toBe(text)
})
