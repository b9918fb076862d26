import type { CronExpression } from 'cron-parser'

import { declareOptions } from '../options/declare-options.ts'
import { integer, date, custom } from '../options/kinds.ts'
import { parseCronFields } from './cron-fields.ts'
import { checkTimeZone, offsetSegmentAt } from './time-zone.ts'

/** A validated schedule with its time zone. */
export interface CronSchedule {
  /** The five fields, separated by one space. */
  readonly schedule: string
  /** An IANA time zone name. */
  readonly timezone: string
  /** Returns the first tick strictly after a finite time. Both are epoch milliseconds. */
  next(afterMs: number): number
}

/** Returns the first tick after a time. A local time is represented as if it were UTC. */
type NextTick = (afterMs: number) => number

/**
 * Validates a five-field schedule and its IANA time zone. If both day fields are restricted, a day that matches
 * either one ticks. Weekdays 0 and 7 are Sunday.
 *
 * A schedule with fixed hours (an hour field without `*` and `/`) ticks once per local time when the clocks change. A
 * local time that does not exist ticks directly after the gap, and one that occurs twice ticks the first time. Any
 * other schedule ticks whenever the wall clock matches.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `schedule` or `timezone`.
 */
export function parseCron(schedule: string, timezone: string, what: string): CronSchedule {
  const fields = parseCronFields(schedule, what)
  checkTimeZone(timezone, what)
  const nextLocal = cached(localTicks(fields.times))
  const next = cached(fields.hasFixedHours ? fixedTicks(timezone, nextLocal) : elapsedTicks(timezone, nextLocal))
  return { schedule: fields.schedule, timezone, next }
}

/** Options of `nextRuns`. */
export interface NextRunsOptions {
  /** An IANA time zone name. Default `UTC`. */
  readonly timezone?: string | undefined
  /** Returns only ticks strictly after this time. Default: now. */
  readonly from?: Date | undefined
  /** Number of ticks, 1 to 1000. Default 5. */
  readonly count?: number | undefined
}

const nextRunsOptions = declareOptions<NextRunsOptions, { timezone?: string; from?: number; count?: number }>(
  '`nextRuns`',
  {
    timezone: custom(),
    from: date({ rangeMs: Date.UTC(2900, 0), remedy: 'Pass a valid `Date` before the year 2900.' }),
    count: integer({ max: 1000 }),
  },
)

/** The range of `nextRuns`. The rarest schedule, 29 February, has at least five ticks in it. */
const rangeMs = 25 * 365.25 * 86_400_000

/**
 * Returns the next ticks of a schedule, as the local engine computes them. It returns fewer than `count` if there are
 * fewer in the 25 years after `from`.
 *
 * @throws {InvalidDefinitionError} if the schedule or the time zone is invalid.
 * @throws {InvalidOptionError} if `from` or `count` is invalid.
 */
export function nextRuns(schedule: string, options?: NextRunsOptions): Date[] {
  const { timezone = 'UTC', from = Date.now(), count: total = 5 } = nextRunsOptions.read(options)
  const { next } = parseCron(schedule, timezone, '`nextRuns`')
  const runs: Date[] = []
  for (let tickMs = next(from); tickMs <= from + rangeMs && runs.length < total; tickMs = next(tickMs)) {
    runs.push(new Date(tickMs))
  }
  return runs
}

const dayMs = 86_400_000

function localTicks(times: CronExpression): NextTick {
  return (afterMs) => {
    times.reset(new Date(afterMs))
    return times.next().getTime()
  }
}

function elapsedTicks(timezone: string, nextLocal: NextTick): NextTick {
  return (afterMs) => {
    for (let segment = offsetSegmentAt(timezone, afterMs); ; segment = offsetSegmentAt(timezone, segment.endMs)) {
      // One millisecond before its start, to include a tick at the start of a later segment.
      const fromMs = Math.max(afterMs, segment.startMs - 1)
      const tickMs = nextLocal(fromMs + segment.offsetMs) - segment.offsetMs
      if (tickMs < segment.endMs) return tickMs
    }
  }
}

function fixedTicks(timezone: string, nextLocal: NextTick): NextTick {
  return (afterMs) => {
    let localMs = afterMs + offsetSegmentAt(timezone, afterMs).offsetMs
    for (;;) {
      localMs = nextLocal(localMs)
      const tickMs = firstOccurrence(timezone, localMs)
      // False in a repeated hour, whose local times have already ticked.
      if (tickMs > afterMs) return tickMs
    }
  }
}

/** Returns the first time at which the wall clock shows this local time, or has skipped it. */
function firstOccurrence(timezone: string, localMs: number): number {
  // One day earlier suffices, because no zone is a day ahead of UTC.
  for (let segment = offsetSegmentAt(timezone, localMs - dayMs); ; segment = offsetSegmentAt(timezone, segment.endMs)) {
    const occurrenceMs = Math.max(segment.startMs, localMs - segment.offsetMs)
    if (occurrenceMs < segment.endMs) return occurrenceMs
  }
}

/** Caches the last result, which is valid from the requested time up to the result itself. */
function cached(next: NextTick): NextTick {
  let requestedMs = Number.NaN
  let tickMs = Number.NaN
  return (afterMs) => {
    if (!(afterMs >= requestedMs && afterMs < tickMs)) {
      tickMs = next(afterMs)
      requestedMs = afterMs
    }
    return tickMs
  }
}
