import { CronExpression } from 'cron-parser'
import { Cron } from 'croner'
import * as fc from 'fast-check'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { nextRuns, parseCron } from './cron-schedule.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

// The reference: reads the wall clock of every real minute from `Intl`, and searches it minute by minute.

interface WallClock {
  readonly startMs: number
  readonly endMs: number
  /** The wall clock of each real minute from `startMs`, as minutes since 1970-01-01 00:00 local time. */
  readonly readings: readonly number[]
  /** The first index of each reading in `readings`. */
  readonly firstIndex: ReadonlyMap<number, number>
}

function readWallClock(timezone: string, startMs: number, endMs: number): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const readings: number[] = []
  const firstIndex = new Map<number, number>()
  for (let atMs = startMs; atMs < endMs; atMs += minuteMs) {
    const text = format.format(atMs) // as in `12/31/2024, 23:59`
    const [year, month, day] = [Number(text.slice(6, 10)), Number(text.slice(0, 2)), Number(text.slice(3, 5))]
    const reading = Date.UTC(year, month - 1, day, Number(text.slice(12, 14)), Number(text.slice(15))) / minuteMs
    if (!firstIndex.has(reading)) firstIndex.set(reading, readings.length)
    readings.push(reading)
  }
  return { startMs, endMs, readings, firstIndex }
}

function allowed(field: string, min: number, max: number): Set<number> {
  const values = new Set<number>()
  for (const item of field.split(',')) {
    const [range, step] = item.split('/') as [string, string?]
    const [low, high] = range === '*' ? [min, max] : (range.split('-').map(Number) as [number, number?])
    for (let value = low; value <= (high ?? (step ? max : low)); value += Number(step ?? 1)) values.add(value)
  }
  return values
}

/** Returns true if a reading matches the schedule's fields. */
function fits(schedule: string): (reading: number) => boolean {
  const [minute, hour, day, month, weekday] = schedule.split(' ') as [string, string, string, string, string]
  const [minutes, hours, days] = [allowed(minute, 0, 59), allowed(hour, 0, 23), allowed(day, 1, 31)]
  const [months, weekdays] = [allowed(month, 1, 12), allowed(weekday, 0, 6)]
  return (reading) => {
    if (!minutes.has(reading % 60) || !hours.has(Math.floor(reading / 60) % 24)) return false
    const date = new Date(reading * minuteMs)
    if (!months.has(date.getUTCMonth() + 1)) return false
    const dayFits = days.has(date.getUTCDate())
    const weekdayFits = weekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && weekdays.has(7))
    return day !== '*' && weekday !== '*' ? dayFits || weekdayFits : dayFits && weekdayFits
  }
}

function judgedTicks(schedule: string, { startMs, readings, firstIndex }: WallClock): number[] {
  const isTick = fits(schedule)
  const minutes = new Set<number>()
  if (/[*/]/.test(schedule.split(' ')[1]!)) {
    readings.forEach((reading, index) => isTick(reading) && minutes.add(index))
  } else {
    for (let reading = readings[0]!; reading <= readings.at(-1)!; reading += 1) {
      if (!isTick(reading)) continue
      let shown = reading
      while (!firstIndex.has(shown)) shown += 1
      minutes.add(firstIndex.get(shown)!)
    }
  }
  return [...minutes].map((index) => startMs + index * minuteMs)
}

function ticksBetween(schedule: string, timezone: string, startMs: number, endMs: number): number[] {
  const { next } = parseCron(schedule, timezone, 'test')
  const ticks: number[] = []
  for (let tickMs = next(startMs - 1); tickMs < endMs; tickMs = next(tickMs)) ticks.push(tickMs)
  return ticks
}

/** Times of clock changes: by an hour, 15 and 30 minutes, two hours and a day, at midnight and at other times. */
const changes: readonly (readonly [timezone: string, at: string])[] = [
  ['America/New_York', '2024-03-10T07:00Z'],
  ['America/New_York', '2024-11-03T06:00Z'],
  ['Australia/Lord_Howe', '2024-10-05T15:30Z'],
  ['Australia/Lord_Howe', '2024-04-06T15:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z'],
  ['Africa/Cairo', '2024-04-25T22:00Z'],
  ['Africa/Cairo', '2024-10-31T21:00Z'],
  ['Asia/Beirut', '2024-03-30T22:00Z'],
  ['Asia/Beirut', '2024-10-26T21:00Z'],
  ['Antarctica/Troll', '2024-03-31T01:00Z'],
  ['Antarctica/Troll', '2024-10-27T01:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30Z'],
  ['America/Caracas', '2016-05-01T07:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['America/Recife', '2000-10-08T03:00Z'], // summer time for a week
  ['America/Recife', '2000-10-15T02:00Z'],
]

const clocks = new Map<string, WallClock>()
function clockAround(timezone: string, at: string): WallClock {
  const key = `${timezone} ${at}`
  const atMs = Date.parse(at)
  if (!clocks.has(key)) clocks.set(key, readWallClock(timezone, atMs - 6 * hourMs, atMs + 14 * hourMs))
  return clocks.get(key)!
}

function field(min: number, max: number, starWeight: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max })
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  const item = fc.oneof(
    value.map(String),
    range.map(([low, high]) => `${low}-${high}`),
    range.chain(([low, high]) =>
      fc.integer({ min: 1, max: Math.min(max, high - low + 1) }).map((step) => `${low}-${high}/${step}`),
    ),
    fc.integer({ min: 1, max: 7 }).map((step) => `*/${step}`),
  )
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
  return fc.oneof({ arbitrary: fc.constant('*'), weight: starWeight }, { arbitrary: list, weight: 2 })
}

function anyScheduleOfDays(lastDay: number): fc.Arbitrary<string> {
  return fc
    .tuple(field(0, 59, 1), field(0, 23, 1), field(1, lastDay, 4), field(1, 12, 6), field(0, 7, 4))
    .map((fields) => fields.join(' '))
}
const anySchedule = anyScheduleOfDays(28)
const anyInstant = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2095, 0) })
const anyChange = fc.constantFrom(...changes)

describe('properties', () => {
  test('agrees with croner in UTC, also about dates that never occur', () => {
    fc.assert(
      fc.property(anyScheduleOfDays(31), anyInstant, (schedule, fromMs) => {
        const from = new Date(fromMs)
        const expected = new Cron(schedule, { mode: '5-part', utcOffset: 0 }).nextRuns(4, from)
        if (expected.length > 0) expect(nextRuns(schedule, { from, count: 4 })).toEqual(expected)
        else expect(() => nextRuns(schedule)).toThrow(/has a date that never occurs/)
      }),
      {
        numRuns: 300,
        examples: ['0 0 29 2 *', '0 0 31 2 *', '0 0 31 4,6 *', '0 0 31 4,6 1'].map((schedule) => [schedule, 0]),
      },
    )
  })

  test('agrees with a minute-by-minute search around any clock change', () => {
    const anyHoursFromChange = fc.double({ min: -4, max: 4, noNaN: true })
    fc.assert(
      fc.property(anySchedule, anyChange, anyHoursFromChange, (schedule, [timezone, at], hours) => {
        const clock = clockAround(timezone, at)
        const judged = judgedTicks(schedule, clock)
        expect(ticksBetween(schedule, timezone, clock.startMs, clock.endMs)).toEqual(judged)
        const afterMs = Math.floor(Date.parse(at) + hours * hourMs)
        const tickMs = parseCron(schedule, timezone, 'test').next(afterMs)
        expect(tickMs < clock.endMs ? tickMs : undefined).toBe(judged.find((judgedMs) => judgedMs > afterMs))
      }),
      {
        numRuns: 250,
        examples: ['30 2 * * *', '0 0 * * *', '*/7 0-4 * * *', '0 1-23/2 * * *', '*/10 * * * *'].flatMap((schedule) =>
          changes.map((change): [string, (typeof changes)[number], number] => [schedule, change, 0.3]),
        ),
      },
    )
  })

  test('returns whole minutes, strictly after the requested time and the previous tick', () => {
    fc.assert(
      fc.property(anySchedule, anyChange, anyInstant, (schedule, [timezone], afterMs) => {
        const { next } = parseCron(schedule, timezone, 'test')
        for (let index = 0, beforeMs = afterMs; index < 5; index += 1) {
          const tickMs = next(beforeMs)
          expect(tickMs).toBeGreaterThan(beforeMs)
          expect(tickMs % minuteMs).toBe(0)
          beforeMs = tickMs
        }
      }),
      { numRuns: 100 },
    )
  })

  test('returns the later of two ticks for any time between them, whatever was requested before', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        anySchedule,
        anyChange,
        fc.array(share, { minLength: 1, maxLength: 6 }),
        (schedule, change, shares) => {
          const [timezone, at] = change
          const used = parseCron(schedule, timezone, 'test')
          const firstMs = used.next(Date.parse(at) - 3 * hourMs)
          const secondMs = used.next(firstMs)
          for (const part of shares) {
            const betweenMs = firstMs + Math.floor(part * (secondMs - firstMs))
            expect(parseCron(schedule, timezone, 'test').next(betweenMs)).toBe(secondMs)
            expect(used.next(betweenMs)).toBe(secondMs)
            expect(used.next(firstMs - 1)).toBe(firstMs)
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

test('finds 29 February, even across a century year without one', () => {
  const from = new Date('2095-01-01')
  expect(nextRuns('0 0 29 2 *', { from, count: 2 })).toEqual([new Date('2096-02-29'), new Date('2104-02-29')])
})

test('separates the fields by one space and stores the time zone', () => {
  const parsed = parseCron('  0  9\t* * MON ', 'Asia/Kolkata', 'test')
  expect(parsed).toMatchObject({ schedule: '0 9 * * MON', timezone: 'Asia/Kolkata' })
})

describe('nextRuns', () => {
  afterEach(() => void vi.useRealTimers())

  test('returns the next five runs in UTC by default', () => {
    vi.useFakeTimers({ now: Date.UTC(2024, 4, 1, 9) })
    expect(nextRuns('0 9 * * *')).toEqual([2, 3, 4, 5, 6].map((day) => new Date(Date.UTC(2024, 4, day, 9))))
  })
  test('returns `count` runs strictly after `from`', () => {
    const from = new Date('2024-05-01T00:00:00.001Z')
    expect(nextRuns('* * * * *', { from, count: 1 })).toEqual([new Date('2024-05-01T00:01Z')])
    expect(nextRuns('* * * * *', { from, count: 1000 })).toHaveLength(1000)
  })
  test('returns only the runs of the next 25 years', () => {
    const from = new Date('2024-03-01')
    const leapDays = nextRuns('0 0 29 2 *', { from, count: 1000 })
    expect([leapDays.length, leapDays.at(-1)]).toEqual([6, new Date('2048-02-29')])
    expect(nextRuns('0 0 1 1 *', { from, count: 1000, timezone: 'Europe/Berlin' })).toHaveLength(25)
    expect(nextRuns('0 0 29 2 *', { from: new Date('2096-02-29') })).toHaveLength(5)
    const late = nextRuns('0 0 29 2 *', { from: new Date('2899-12-31'), count: 1000 })
    expect(late.at(-1)).toEqual(new Date('2924-02-29'))
  })
  test.each(['0 0 31 * *', '30 2 * * *', '*/30 * 29 2 *', '0 */12 31 * *'])(
    'computes each tick of %s once, however often the clocks change',
    (schedule) => {
      const computed = vi.spyOn(CronExpression.prototype, 'next')
      const formats: { readonly format: unknown } = Intl.DateTimeFormat.prototype
      const lookedUp = vi.spyOn(formats, 'format', 'get')
      onTestFinished(() => void vi.restoreAllMocks())
      const options = { from: new Date('1985-01-01'), count: 1000, timezone: 'Africa/Casablanca' }
      const ticks = nextRuns(schedule, options).length
      // One tick after the last, and one more at each of a few changes that repeat local times.
      expect(computed.mock.calls.length).toBeLessThanOrEqual(ticks + 5)
      // Per year 92 lookups, and at most 20 for each of at most five changes.
      expect(lookedUp.mock.calls.length).toBeLessThanOrEqual(27 * (92 + 5 * 20))
      lookedUp.mockClear()
      nextRuns(schedule, options)
      expect(lookedUp).not.toHaveBeenCalled()
    },
  )
  test('is named in the error of an invalid schedule', () => {
    expect(() => nextRuns('@daily')).toThrow(/^`nextRuns`: `schedule`/)
  })

  test.each<[option: string, value: unknown]>([
    ['count', 0],
    ['count', 1001],
    ['count', 1.5],
    ['count', Number.NaN],
    ['count', '3'],
    ['from', new Date('never')],
    ['from', new Date(8.64e15)],
    ['from', '2024-01-01'],
    ['from', 0],
  ])('rejects %s: %s', (option, value) => {
    let error: unknown
    try {
      nextRuns('0 9 * * *', { [option]: value })
    } catch (thrown) {
      error = thrown
    }
    expect(InvalidOptionError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      code: 'invalid_option',
      option,
      message: expect.stringMatching(
        option === 'count' ? /Pass a whole number from 1 to 1000\./ : /Pass a valid `Date` before the year 2900\./,
      ),
    })
  })
})
