import { expect, test } from 'vitest'

import { parseCron } from './cron-schedule.ts'
import { shortestIntervalMs } from './shortest-interval.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

test.each([
  ['* * * * *', 'UTC', minuteMs],
  ['*/7 * * * *', 'UTC', 4 * minuteMs],
  ['0 8,22,23 * * *', 'UTC', hourMs],
  ['0 9 * * 1-5', 'UTC', 24 * hourMs],
  ['0 9 1,31 * *', 'UTC', 24 * hourMs],
  ['0 0 29 2 *', 'UTC', 1461 * 24 * hourMs],
  // The night without the hour from 1 to 2.
  ['0 0,2 * * *', 'Europe/London', hourMs],
  ['30 1 * * *', 'Europe/London', 23.5 * hourMs],
])('%s in %s: %d ms', (schedule, timezone, intervalMs) => {
  expect(shortestIntervalMs(parseCron(schedule, timezone, 'a test'))).toBe(intervalMs)
})
