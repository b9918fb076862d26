import { describe, expect, test } from 'vitest'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { parseCronFields } from './cron-fields.ts'

const list = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).join(',')
const everyValue = [list(0, 59), list(0, 23), list(1, 31), list(1, 12), list(0, 6)].join(' ')

describe('expands the fields', () => {
  test.each([
    ['* * * * *', '* * * * *'],
    ['  0  9\t* * 1 ', '0 9 * * 1'],
    ['0 9 * jan,MAR Mon-fri', '0 9 * 1,3 1,2,3,4,5'],
    ['0 9 * * SUN', '0 9 * * 0'],
    ['0 9 * * 7', '0 9 * * 0'],
    ['0 9 * * 7,0', '0 9 * * 0'],
    ['0 9 * * 5-7', '0 9 * * 0,5,6'],
    ['0 9 * * 1/2', '0 9 * * 1,3,5'],
    ['0 9 * * 7/1', '0 9 * * 0'],
    ['0 9 * * */3', '0 9 * * 0,3,6'],
    ['*/20 * * * *', '0,20,40 * * * *'],
    ['10/20 * * * *', '10,30,50 * * * *'],
    ['0 8-18/5 * */6 *', '0 8,13,18 * 1,7 *'],
    ['1,1,0-3 09 * * *', '0,1,2,3 9 * * *'],
    ['0 */24 * * *', '0 0 * * *'],
    ['0 0 29 2 *', '0 0 29 2 *'],
    ['0 0 31 2,3 *', '0 0 31 2,3 *'],
    ['0 0 31 2 MON', '0 0 31 2 1'],
    [everyValue, everyValue],
  ])('`%s` means `%s`', (schedule, expanded) => {
    expect(parseCronFields(schedule, 'test').times.toString()).toBe(expanded)
  })

  test.each([
    ['0 9 * * *', true],
    ['*/5 9,17 */2 * *', true],
    ['0 0-23 * * *', true],
    ['0 * * * *', false],
    ['0 */2 * * *', false],
    ['0 9-17/2 * * *', false],
    ['0 1,*/6 * * *', false],
  ])('`%s` has fixed hours: %s', (schedule, hasFixedHours) => {
    expect(parseCronFields(schedule, 'test').hasFixedHours).toBe(hasFixedHours)
  })
})

describe('rejects an invalid schedule with the reason', () => {
  test.each<[schedule: unknown, message: RegExp]>([
    [undefined, /is undefined, not a string/],
    [5, /is a number, not a string/],
    [Object.create(null), /is an object, not a string/],
    [`${'0,'.repeat(50_000)}0 * * * *`, /has 100009 characters; the maximum is 500\. Use/],
    [`${'0 '.repeat(100)}0`, /has 101 fields instead of five: `.{100}… \(201 characters in total\)`/],
    ['', /is empty/],
    ['  ', /is empty/],
    ['tomorrow', /has 1 field instead of five: `tomorrow`\. Write five fields/],
    ['* * * *', /has 4 fields instead of five/],
    ['0 0 9 * * *', /has six fields.*Omit the seconds.*`0 9 \* \* \*`/],
    ['0 0 9 * * * 2024', /has 7 fields/],
    ['@daily', /`@daily`\. Write `0 0 \* \* \*`/],
    ['@Hourly', /Write `0 \* \* \* \*`/],
    ['@reboot', /`@reboot`\. Write five fields/],
    ['@every 5m', /`@every 5m`\. Write five fields/],
    ['TZ=Asia/Tokyo 0 9 * * *', /contains a time zone: `TZ=Asia\/Tokyo`\. Set `timezone` instead/],
    ['60 * * * *', /`60` in its minute field, which is invalid: .* 60 .* 0-59/],
    ['* 24 * * *', /`24` in its hour field, which is invalid: .* 24 .* 0-23/],
    ['* * 0 * *', /`0` in its day-of-month field.* 1-31/],
    ['* * 1-32 * *', /`1-32` in its day-of-month field.* 1-31/],
    ['* * * 13 *', /`13` in its month field.* 1-12/],
    ['* * * * 8', /`8` in its day-of-week field.* 0-7/],
    ['MON * * * *', /`MON` in its minute field, which is invalid/],
    ['* * * * JAN', /`JAN` in its day-of-week field, which is invalid/],
    ['0 22-2 * * *', /`22-2` in its hour field.* Use .* ascending ranges/],
    ['*/0 * * * *', /`\*\/0` in its minute field, which is invalid/],
    ['*/70 * * * *', /`\*\/70` in its minute field, which is invalid: step greater than 60/],
    ['0 */25 * * *', /step greater than 24/],
    ['0-10/20 * * * *', /step greater than 11/],
    ['0 9 * * */8', /step greater than 7/],
    ['0 9 * * 5-7/4', /step greater than 3/],
    ['0 0 * * 7/2', /`7\/2` in its day-of-week field, which is invalid/],
    ...'JANUARY,-5,1.5,,1-2-3,*/2/3,*/,**,L,L-3,15W,LW,?,5L,FRIL,MON#2,JANFEB,0x5,1e1,H,H(0-29)/10'
      .split(',')
      .map((item): [string, RegExp] => [
        `0 0 * * 1,${item}`,
        /in its day-of-week field, which is not `\*`, a value or a range\. Use `\*`, values, lists/,
      ]),
    ['0 0 31 2 *', /has a date that never occurs: day 31 of month 2/],
    ['0 0 30,31 FEB *', /has a date that never occurs: day 30,31 of month FEB/],
    ['0 0 31 4,6,9,11 *', /has a date that never occurs/],
  ])('%j', (schedule, message) => {
    let error: unknown
    try {
      parseCronFields(schedule, 'Cron job `nightly`')
    } catch (thrown) {
      error = thrown
    }
    expect(InvalidDefinitionError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'invalid_definition',
      field: 'schedule',
      message: expect.stringMatching(/^Cron job `nightly`: `schedule` (is|has|contains) .*\. [A-Z].*\.$/),
    })
    expect(String(error)).toMatch(message)
  })
})
