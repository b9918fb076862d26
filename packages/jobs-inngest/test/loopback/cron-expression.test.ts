import { expect, it } from 'vitest'
import { parseCronExpression } from './cron-expression.ts'

const start = Date.UTC(2026, 6, 1, 10, 30)
const next = (text: string): string | undefined => {
  const at = parseCronExpression(text).next(start)
  return at === undefined ? undefined : new Date(at).toISOString()
}

it('ticks in UTC, or in the zone that it names', () => {
  expect(next('0 12 * * *')).toBe('2026-07-01T12:00:00.000Z')
  expect(next('TZ=Europe/Paris 0 14 * * *')).toBe('2026-07-01T12:00:00.000Z')
  expect(next('CRON_TZ=America/New_York 0 9 * * MON-FRI')).toBe('2026-07-01T13:00:00.000Z')
})

it('accepts a day that never comes', () => expect(next('0 0 31 2 *')).toBeUndefined())

it('ticks on the day of the month or of the week where both are named', () => {
  expect(next('0 0 13 * FRI')).toBe('2026-07-03T00:00:00.000Z')
  expect(next('0 0 */1 * FRI')).toBe('2026-07-03T00:00:00.000Z')
})

it('leaves out a time that the clocks leave out, and ticks twice at one that comes twice', () => {
  const { next: after } = parseCronExpression('TZ=Europe/Paris 30 2 * * *')
  const ticks = (from: string, count: number): string[] => {
    let at = Date.parse(from)
    return Array.from({ length: count }, () => new Date((at = after(at)!)).toISOString().slice(0, 16))
  }
  expect(ticks('2026-03-28T12:00:00Z', 2)).toEqual(['2026-03-30T00:30', '2026-03-31T00:30'])
  expect(ticks('2026-10-24T12:00:00Z', 3)).toEqual(['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30'])
})

it.each([
  ['@daily', 'expected exactly 5 fields'],
  ['@every 1m', 'expected exactly 5 fields'],
  ['0 0 12 * * *', 'expected exactly 5 fields'],
  ['* * * *', 'expected exactly 5 fields'],
  ['0 0 * * 7', 'above maximum'],
  ['0 0 * * 5-7', 'above maximum'],
  ['61 * * * *', 'range 0-59'],
  ['TZ=Nowhere/Town 0 0 * * *', 'Nowhere/Town'],
  ['1 2 3 4 #', 'failed to parse'],
])('refuses %j', (text, message) => expect(() => parseCronExpression(text)).toThrow(message))
