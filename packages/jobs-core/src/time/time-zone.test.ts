import fc from 'fast-check'
import { IANAZone } from 'luxon'
import { describe, expect, test } from 'vitest'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { checkTimeZone, offsetSegmentAt } from './time-zone.ts'

describe('checkTimeZone', () => {
  test.each(['UTC', 'Etc/UTC', 'US/Eastern', 'Asia/Kolkata', 'Asia/Calcutta', 'Etc/GMT+5', 'America/Port_of_Spain'])(
    'takes %s',
    (timezone) => expect(() => checkTimeZone(timezone, 'test')).not.toThrow(),
  )

  test.each<[timezone: unknown, message: RegExp]>([
    [undefined, /is not a string: `undefined`/],
    [null, /is not a string/],
    [2, /is not a string/],
    ['', /is empty/],
    ['+02:00', /is a fixed offset, not a time zone: `\+02:00`/],
    ['-0500', /is a fixed offset/],
    ['Mars/Olympus', /is not a known time zone: `Mars\/Olympus`\. Use an IANA name/],
    ['UTC+2', /is not a known time zone/],
    ['local', /is not a known time zone/],
    [' Europe/London', /is not a known time zone/],
    ['europe/london', /is misspelled: `europe\/london`\. Write `'Europe\/London'`/],
    ['utc', /is misspelled: `utc`\. Write `'UTC'`/],
    ['us/eastern', /is misspelled/],
  ])('rejects %j', (timezone, message) => {
    let error: unknown
    try {
      checkTimeZone(timezone, 'Cron job `nightly`')
    } catch (thrown) {
      error = thrown
    }
    expect(InvalidDefinitionError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'invalid_definition',
      field: 'timezone',
      message: expect.stringMatching(/^Cron job `nightly`: `timezone` is .*\. [A-Z].*\.$/),
    })
    expect(String(error)).toMatch(message)
  })
})

describe('offsetSegmentAt', () => {
  test('finds a clock change to the millisecond', () => {
    const changeMs = Date.parse('2024-03-10T07:00Z')
    const before = offsetSegmentAt('America/New_York', changeMs - 1)
    const after = offsetSegmentAt('America/New_York', changeMs)
    expect(before).toMatchObject({ endMs: changeMs, offsetMs: -5 * 3_600_000 })
    expect(after).toMatchObject({ startMs: changeMs, offsetMs: -4 * 3_600_000 })
  })

  test('finds two changes seven days apart', () => {
    const summerMs = Date.parse('2000-10-08T03:00Z')
    const winterMs = Date.parse('2000-10-15T02:00Z')
    expect(offsetSegmentAt('America/Recife', summerMs)).toEqual({
      startMs: summerMs,
      endMs: winterMs,
      offsetMs: -7_200_000,
    })
  })

  test('covers the timeline without gaps', () => {
    let segment = offsetSegmentAt('Africa/Casablanca', Date.UTC(1965, 0))
    while (segment.endMs < Date.UTC(2080, 0)) {
      const following = offsetSegmentAt('Africa/Casablanca', segment.endMs)
      expect(following.startMs).toBe(segment.endMs)
      segment = following
    }
  })

  test('agrees with luxon in any zone at any time', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'Africa/Monrovia', 'Europe/Dublin')
    const instant = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zone, instant, (timezone, at) => {
        const offsetMs = Math.round(IANAZone.create(timezone).offset(at.getTime()) * 60_000)
        const { startMs, ...segment } = offsetSegmentAt(timezone, at.getTime())
        expect(segment.offsetMs).toBe(offsetMs)
        expect(startMs <= at.getTime() && at.getTime() < segment.endMs).toBe(true)
      }),
    )
  })
})
