import type { CronSchedule } from './cron-schedule.ts'

/** The start of a leap year, so that the result does not depend on the day. */
const fromMs = Date.UTC(2028, 0)
const untilMs = Date.UTC(2033, 0)
/** More than a year of a schedule that ticks daily. */
const maxTicks = 400

/** Returns the shortest time between two of the first 400 ticks from 2028 to 2032, in milliseconds. */
export function shortestIntervalMs({ next }: CronSchedule): number {
  let shortestMs = Number.POSITIVE_INFINITY
  let tick = next(fromMs)
  for (let ticks = 1; ticks < maxTicks && tick < untilMs; ticks++) {
    const following = next(tick)
    shortestMs = Math.min(shortestMs, following - tick)
    tick = following
  }
  return shortestMs
}
