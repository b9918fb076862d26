import { expect, test } from 'vitest'

import { atMostUntilRunEnd } from './run-end.ts'

const clock = { now: () => 1_000_000 }

test.each([
  ['has no `runTimeout`', undefined, 3_600_000],
  ['lasts longer', 7_200_000, 3_600_000],
  ['ends before the wait: whole seconds, and one for clock differences', 9500, 11_000],
  ['has exceeded it', -5000, 1000],
])('a wait of an hour in a run that %s', (_run, leftMs, expected) => {
  const runEndAt = leftMs === undefined ? undefined : clock.now() + leftMs
  expect(atMostUntilRunEnd(3_600_000, { runEndAt, clock })).toBe(expected)
})
