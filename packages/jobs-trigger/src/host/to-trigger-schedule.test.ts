import { defineCronJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { toTriggerSchedule } from './to-trigger-schedule.ts'

test.each([
  ['0 9 * * *', '0 9 * * *'],
  ['*/15 9-17 1,15 jan-mar *', '*/15 9-17 1,15 jan-mar *'],
  ['0 9 * * 7', '0 9 * * 0'],
  ['0 9 * * mon-FRI', '0 9 * * 1,2,3,4,5'],
  ['0 9 * * 5-7', '0 9 * * 0,5,6'],
])('converts %s to %s', (schedule, converted) => {
  expect(toTriggerSchedule(schedule)).toBe(converted)
})

test.each([
  ['ends a step of weekdays on Saturday', '0 9 * * 3/4', '0 9 * * 3'],
  ['replaces every day of the month by a star', '0 9 1-31 * *', '0 9 * * *'],
  ['replaces every weekday by a star', '0 9 * * */1', '0 9 * * *'],
  ['treats every day or a weekday as every day', '0 9 */1 * 1', '0 9 * * *'],
  ['treats a day or any weekday as every day', '0 9 15 * 0-6', '0 9 * * *'],
  ['removes a day that the month lacks, and keeps the weekdays', '0 9 31 6 4-6', '0 9 * 6 4,5,6'],
  ['keeps a day that one of the months has', '0 9 31 feb,mar 1', '0 9 31 feb,mar 1'],
  ['treats every day of the only month as every day', '0 9 1-30 jun *', '0 9 * jun *'],
  ['removes days that no month has', '0 9 30,31 jun 1', '0 9 30 jun 1'],
])('%s: %s becomes %s', (_, schedule, converted) => {
  expect(defineCronJob({ id: 'x', schedule, handler: () => undefined }).schedule.schedule).toBe(schedule)
  expect(toTriggerSchedule(schedule)).toBe(converted)
})

test('cannot convert a weekday together with nearly every day of the month', () => {
  expect(toTriggerSchedule('0 9 2-31 * 1')).toBeUndefined()
  expect(toTriggerSchedule('0 9 2-29 * 1')).toBe(
    `0 9 ${Array.from({ length: 28 }, (_, index) => index + 2).join(',')} * 1`,
  )
})
