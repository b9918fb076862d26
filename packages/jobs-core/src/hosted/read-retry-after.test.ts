import { expect, test } from 'vitest'

import { readRetryAfter } from './read-retry-after.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test.each<[headers: Record<string, string>, retryAfterMs: number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '4' }, 4000],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:03 GMT' }, 3000],
  [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '1.5s' }, undefined],
  [{ 'x-ratelimit-reset': '30' }, 30_000],
  [{ 'x-ratelimit-reset': String(now / 1000 + 7) }, 7000],
  [{ 'x-ratelimit-reset': String(now + 1500) }, 1500],
  [{ 'x-ratelimit-reset': String(now - 1) }, 0],
  [{ 'x-ratelimit-reset': 'soon' }, undefined],
  [{ 'retry-after': '2', 'x-ratelimit-reset': '30' }, 2000],
])('reads %o as %s ms', (headers, retryAfterMs) => {
  expect(readRetryAfter(new Headers(headers), now)).toBe(retryAfterMs)
})

test("reads an instant by the server's clock if the clocks differ", () => {
  const headers = { date: 'Sun, 01 Mar 2026 13:00:00 GMT', 'x-ratelimit-reset': String(now + 3_600_000 + 9000) }
  expect(readRetryAfter(new Headers(headers), now)).toBe(9000)
  expect(readRetryAfter(new Headers({ ...headers, date: 'Sun, 01 Mar 2026 11:59:59 GMT' }), now)).toBe(3_609_000)
})
