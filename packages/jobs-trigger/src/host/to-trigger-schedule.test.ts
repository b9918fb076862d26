import { defineCronJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { toTriggerSchedule } from './to-trigger-schedule.ts'

test.each([
  ['0 9 * * *', '0 9 * * *'],
  ['*/15 9-17 1,15 jan-mar *', '*/15 9-17 1,15 jan-mar *'],
  ['0 9 * * 7', '0 9 * * 0'],
  ['0 9 * * mon-FRI', '0 9 * * 1,2,3,4,5'],
  ['0 9 * * 5-7', '0 9 * * 0,5,6'],
])('%s stays what it is: %s', (schedule, told) => {
  expect(toTriggerSchedule(schedule)).toBe(told)
})

test.each([
  ['a step of the weekdays ends on Saturday', '0 9 * * 3/4', '0 9 * * 3'],
  ['a field that names every day leaves the other one alone', '0 9 1-31 * *', '0 9 * * *'],
  ['as does one of the weekdays', '0 9 * * */1', '0 9 * * *'],
  ['every day or a weekday is every day', '0 9 */1 * 1', '0 9 * * *'],
  ['a day or any weekday is every day', '0 9 15 * 0-6', '0 9 * * *'],
  ['a day that the month lacks leaves its alternative', '0 9 31 6 4-6', '0 9 * 6 4,5,6'],
  ['a day that one of the months has stays', '0 9 31 feb,mar 1', '0 9 31 feb,mar 1'],
  ['every day of the only month is every day', '0 9 1-30 jun *', '0 9 * jun *'],
  ['days that no month has are left out', '0 9 30,31 jun 1', '0 9 30 jun 1'],
])('%s: %s is %s', (_, schedule, told) => {
  expect(defineCronJob({ id: 'x', schedule, handler: () => undefined }).schedule.schedule).toBe(schedule)
  expect(toTriggerSchedule(schedule)).toBe(told)
})

test('a weekday or nearly every day has no words that Trigger.dev would understand', () => {
  expect(toTriggerSchedule('0 9 2-31 * 1')).toBeUndefined()
  expect(toTriggerSchedule('0 9 2-29 * 1')).toBe(
    `0 9 ${Array.from({ length: 28 }, (_, index) => index + 2).join(',')} * 1`,
  )
})
