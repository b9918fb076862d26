import { expect, test } from 'vitest'

import { formatDistance } from './format-distance.ts'
import { formatDuration } from './format-duration.ts'

test.each([
  [0, '0ms'],
  [250.4, '250ms'],
  [1500, '1.5s'],
  [59_999, '59.9s'],
  [60_000, '1m'],
  [200_000, '3m 20s'],
  [7_500_000, '2h 5m'],
  [86_400_000 * 400 + 3_600_000, '400d 1h'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('a distance names its direction', () => {
  expect(formatDistance(new Date(0), 60_000)).toBe('1m ago')
  expect(formatDistance(new Date(60_000), 0)).toBe('in 1m')
})
