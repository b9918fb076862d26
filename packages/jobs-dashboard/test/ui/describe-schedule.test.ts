import { nextRuns } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { describeSchedule } from '../../ui/src/definitions/describe-schedule.ts'

test.each([
  ['* * * * *', 'Every minute'],
  ['*/1 * * * *', 'Every minute'],
  ['*/10 * * * *', 'Every 10 minutes'],
  ['0 * * * *', 'Every hour'],
  ['5 * * * *', 'Every hour at :05'],
  ['0 */6 * * *', 'Every 6 hours'],
  ['30 */2 * * *', 'Every 2 hours at :30'],
  ['0 3 * * *', 'Every day at 03:00'],
  ['15 9,17 * * *', 'Every day at 09:15 and 17:15'],
  ['0 8,12,16 * * *', 'Every day at 08:00, 12:00 and 16:00'],
  ['0 9 * * 1-5', 'Monday to Friday at 09:00'],
  ['0 9 * * MON-fri', 'Monday to Friday at 09:00'],
  ['0 9 * * 0', 'Sunday at 09:00'],
  ['0 9 * * 7', 'Sunday at 09:00'],
  ['0 9 * * tue,4', 'Tuesday and Thursday at 09:00'],
  ['0 0 1 * *', 'Day 1 of every month at 00:00'],
])('%s is %j', (schedule, words) => {
  expect(nextRuns(schedule)).toHaveLength(5) // it is a schedule
  expect(describeSchedule(schedule)).toBe(words)
})

test.each([
  '*/7 * * * *', // not every 7 minutes: each hour begins again
  '0 */5 * * *',
  '1-5 * * * *',
  '0 0 1 1 *',
  '0 0 1 * 1',
  '0 0 1,15 * *',
  '0 0 31 * *', // not in every month
  '0 8-10 * * *',
  '0 9 * * 0-7', // not from Sunday to Sunday
  '0 9 * * 1#2',
  '@daily',
  '',
])('%j has no simple words', (schedule) => {
  expect(describeSchedule(schedule)).toBeUndefined()
})
