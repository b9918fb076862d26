import { describe, expect, test } from 'vitest'
import { nextRuns } from './cron-schedule.ts'

/** The coming runs as UTC to the minute. */
function runs(schedule: string, timezone: string, from: string, count: number): string[] {
  return nextRuns(schedule, { timezone, from: new Date(from), count }).map((run) => run.toISOString().slice(0, 16))
}

describe('a fixed local time that does not exist that day runs at the first instant after the gap', () => {
  test('an hour skipped at 02:00 in New York', () => {
    expect(runs('30 2 * * *', 'America/New_York', '2024-03-09T00:00Z', 3)).toEqual([
      '2024-03-09T07:30',
      '2024-03-10T07:00',
      '2024-03-11T06:30',
    ])
  })
  test('half an hour skipped at 02:00 on Lord Howe Island', () => {
    expect(runs('15 2 * * *', 'Australia/Lord_Howe', '2024-10-05T00:00Z', 2)).toEqual([
      '2024-10-05T15:30',
      '2024-10-06T15:15',
    ])
  })
  test('midnight itself skipped in São Paulo', () => {
    expect(runs('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', 2)).toEqual([
      '2018-11-04T03:00',
      '2018-11-05T02:00',
    ])
  })
  test('a whole day skipped in Samoa', () => {
    expect(runs('0 9 * * *', 'Pacific/Apia', '2011-12-29T12:00Z', 3)).toEqual([
      '2011-12-29T19:00',
      '2011-12-30T10:00',
      '2011-12-30T19:00',
    ])
  })
})

describe('a fixed local time that occurs twice runs at the first', () => {
  test('an hour repeated at 02:00 in New York', () => {
    expect(runs('30 1 * * *', 'America/New_York', '2024-11-03T00:00Z', 2)).toEqual([
      '2024-11-03T05:30',
      '2024-11-04T06:30',
    ])
  })
  test('asked from within the second time round', () => {
    expect(runs('*/5 1 * * *', 'America/New_York', '2024-11-03T06:07Z', 1)).toEqual(['2024-11-04T06:00'])
  })
  test('half an hour repeated at 02:00 on Lord Howe Island', () => {
    expect(runs('45 1 * * *', 'Australia/Lord_Howe', '2024-04-06T00:00Z', 2)).toEqual([
      '2024-04-06T14:45',
      '2024-04-07T15:15',
    ])
  })
  test('the last hour of the day repeated in Cairo', () => {
    expect(runs('30 23 * * *', 'Africa/Cairo', '2024-10-31T00:00Z', 2)).toEqual([
      '2024-10-31T20:30',
      '2024-11-01T21:30',
    ])
  })
  test('a range of hours without a step is a list of fixed times', () => {
    expect(runs('30 0-2 * * *', 'America/New_York', '2024-11-03T00:00Z', 3)).toEqual([
      '2024-11-03T04:30',
      '2024-11-03T05:30',
      '2024-11-03T07:30',
    ])
  })
})

describe('fixed times in the same gap give one tick', () => {
  test.each(['0,45 2 * * *', '* 2 * * *', '0 2,3 * * *'])('`%s` in New York', (schedule) => {
    expect(runs(schedule, 'America/New_York', '2024-03-10T06:00Z', 2)).toEqual(['2024-03-10T07:00', '2024-03-11T06:00'])
  })
})

describe('a wildcard or a step in the hour field follows elapsed time', () => {
  test('it ticks in both occurrences of a repeated hour', () => {
    expect(runs('30 * * * *', 'America/New_York', '2024-11-03T04:00Z', 4)).toEqual([
      '2024-11-03T04:30',
      '2024-11-03T05:30',
      '2024-11-03T06:30',
      '2024-11-03T07:30',
    ])
    expect(runs('0 1-23/2 * * *', 'America/New_York', '2024-11-03T04:00Z', 3)).toEqual([
      '2024-11-03T05:00',
      '2024-11-03T06:00',
      '2024-11-03T08:00',
    ])
  })
  test('it has no tick in a gap', () => {
    expect(runs('0 */2 * * *', 'America/New_York', '2024-03-10T04:59Z', 3)).toEqual([
      '2024-03-10T05:00',
      '2024-03-10T08:00',
      '2024-03-10T10:00',
    ])
    expect(runs('*/20 * * * *', 'Australia/Lord_Howe', '2024-10-05T15:00Z', 3)).toEqual([
      '2024-10-05T15:10',
      '2024-10-05T15:40',
      '2024-10-05T16:00',
    ])
  })
})
