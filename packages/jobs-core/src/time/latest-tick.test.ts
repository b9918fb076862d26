import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CronSchedule, parseCron } from './cron-schedule.ts'
import { latestTick } from './latest-tick.ts'

const scheduleOf = (schedule: string, timezone = 'UTC'): CronSchedule => parseCron(schedule, timezone, 'the schedule')

/** Finds the latest tick by visiting every tick. */
function latestByWalking(schedule: CronSchedule, dueTick: number, now: number): number {
  let latest = dueTick
  for (let next = schedule.next(latest); next <= now; next = schedule.next(latest)) latest = next
  return latest
}

describe('latestTick', () => {
  test('returns the due tick if no other has passed', () => {
    const due = Date.UTC(2026, 0, 1, 9)
    expect(latestTick(scheduleOf('0 9 * * *'), due, due)).toBe(due)
    expect(latestTick(scheduleOf('0 9 * * *'), due, due + 3_600_000)).toBe(due)
  })

  test('finds the newest of very many without visiting all', () => {
    const everyMinute = scheduleOf('* * * * *')
    let calls = 0
    const counting = { ...everyMinute, next: (after: number) => (calls++, everyMinute.next(after)) }
    const due = Date.UTC(2020, 0, 1)
    const now = Date.UTC(2030, 0, 1, 0, 0, 30)
    expect(latestTick(counting, due, now)).toBe(Date.UTC(2030, 0, 1))
    expect(calls).toBeLessThan(20)
  })

  test('agrees with visiting every tick, for any schedule and wait', () => {
    const schedules = ['*/20 */2 * * *', '30 2 * * *', '0 9 * * 1', '0 0 31 * *', '15 1 29 2 *', '0 */5 * * *'].map(
      (one) => scheduleOf(one, 'Europe/Berlin'),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
        fc.integer({ min: 0, max: 60 * 86_400_000 }),
        (schedule, from, laterMs) => {
          const due = schedule.next(from)
          const now = due + laterMs
          expect(latestTick(schedule, due, now)).toBe(latestByWalking(schedule, due, now))
        },
      ),
      { numRuns: 40 },
    )
  })
})
