import { nextRuns } from '@cgk-platform/jobs-core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toInngestSchedule } from './to-inngest-schedule.ts'

const weekdayOf = (field: string): string => toInngestSchedule(`0 0 * * ${field}`).split(' ')[4]!
const dayOf = (field: string): string => toInngestSchedule(`0 0 ${field} * 1`).split(' ')[2]!

const day = fc.integer({ min: 0, max: 7 })
const name = fc.constantFrom('sun', 'MON', 'Tue', 'wed', 'THU', 'fri', 'Sat')
const range = fc.tuple(day, day).map((ends) => ends.toSorted((one, other) => one - other).join('-'))
const item = fc.oneof(day.map(String), name, range, range, fc.constant('*'))
/** Generates a list of weekdays in every form that a schedule allows. */
const field = fc
  .array(fc.tuple(item, fc.option(fc.integer({ min: 1, max: 3 }))), { minLength: 1, maxLength: 3 })
  .map((items) => items.map(([text, step]) => (step === null ? text : `${text}/${step}`)).join(','))
  .filter(isSchedule)

function isSchedule(weekday: string): boolean {
  try {
    nextRuns(`0 0 * * ${weekday}`, { count: 1 })
    return true
  } catch {
    return false
  }
}

describe('the weekday', () => {
  test.each([
    ['0', '0'],
    ['7', '0'],
    ['1-5', '1,2,3,4,5'],
    ['5-7', '0,5,6'],
    ['0-7', '0,1,2,3,4,5,6'],
    ['1-7/2', '0,1,3,5'],
    ['7/1', '0'],
    ['5/2', '5'],
    ['*/2', '0,2,4,6'],
    ['0,7', '0'],
    ['6,7,3', '0,3,6'],
    ['mon-FRI', '1,2,3,4,5'],
    ['Sat,sun', '0,6'],
    ['*', '*'],
  ])('converts %s to %s, because Inngest does not know weekday 7', (weekday, converted) =>
    expect(weekdayOf(weekday)).toBe(converted),
  )

  test('means the same days as on other engines', () => {
    const from = new Date('2026-03-01T12:00:00Z')
    fc.assert(
      fc.property(field, (weekday) => {
        const converted = weekdayOf(weekday)
        const days = nextRuns(`0 0 * * ${weekday}`, { from, count: 7 }).map((run) => run.getUTCDay())
        expect(converted === '*' ? '0,1,2,3,4,5,6' : converted).toBe(
          [...new Set(days)].toSorted((one, other) => one - other).join(','),
        )
        expect(converted).toMatch(weekday === '*' ? /^\*$/ : /^[0-6](,[0-6])*$/)
      }),
    )
  })
})

test('expands a star within a day field, which Inngest would treat as unrestricted', () => {
  expect(dayOf('*')).toBe('*')
  expect(dayOf('*/1')).toBe('1-31/1')
  expect(dayOf('*/2,15')).toBe('1-31/2,15')
  expect(weekdayOf('*/1')).toBe('0,1,2,3,4,5,6')
})

test('leaves everything else unchanged', () => {
  expect(toInngestSchedule('*/5 0-6,*/8 13 JAN,*/3 *')).toBe('*/5 0-6,*/8 13 JAN,*/3 *')
})
