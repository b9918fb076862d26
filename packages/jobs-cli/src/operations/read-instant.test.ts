import { expect, test } from 'vitest'

import { readInstant } from './read-instant.ts'

const now = Date.UTC(2026, 10, 29, 12)

test.each([
  ['2h', '2026-11-29T10:00:00.000Z'],
  ['1.5d', '2026-11-28T00:00:00.000Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T08:00Z', '2026-11-01T08:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(readInstant(text, '--since', now).toISOString()).toBe(instant)
})

test.each(['', 'yesterday', '12', '2 h', '5y', '20d ago', '2026-13-45', '1/2/2026'])('%j is refused', (text) => {
  expect(() => readInstant(text, '--since', now)).toThrow(/`--since` is /)
})
