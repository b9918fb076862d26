import type { CronExpression } from 'cron-parser'

import { declareOptions } from '../options/declare-options.ts'
import { integer, date, custom } from '../options/kinds.ts'
import { parseCronFields } from './cron-fields.ts'
import { checkTimeZone, offsetSegmentAt } from './time-zone.ts'

/** A checked schedule in its time zone. */
export interface CronSchedule {
  /** The five fields, with one blank between them. */
  readonly schedule: string
  /** An IANA name. */
  readonly timezone: string
  /** The first tick strictly after a finite instant; both are epoch milliseconds. */
  next(afterMs: number): number
}

/** The first tick after an instant, or on the local timeline: the wall clock's readings as if they were UTC. */
type NextTick = (afterMs: number) => number

/**
 * Checks a five-field schedule and its IANA time zone. With both day fields restricted either suffices; weekday 7 is
 * Sunday, as 0 is.
 *
 * When the clocks change, a fixed local time (an hour field without `*` and `/`) that does not exist that day
 * runs at the first instant after the gap, and one that occurs twice runs at the first. Any other schedule follows
 * elapsed time: it ticks at each instant whose wall clock reading matches.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `schedule` or `timezone`.
 */
export function parseCron(schedule: string, timezone: string, what: string): CronSchedule {
  const fields = parseCronFields(schedule, what)
  checkTimeZone(timezone, what)
  const nextLocal = remembered(localTicks(fields.times))
  const next = remembered(fields.hasFixedHours ? fixedTicks(timezone, nextLocal) : elapsedTicks(timezone, nextLocal))
  return { schedule: fields.schedule, timezone, next }
}

/** What `nextRuns` takes. */
export interface NextRunsOptions {
  /** An IANA name; default `UTC`. */
  readonly timezone?: string | undefined
  /** The runs are strictly after this; default now. */
  readonly from?: Date | undefined
  /** How many, 1 to 1000; default 5. */
  readonly count?: number | undefined
}

const nextRunsOptions = declareOptions<NextRunsOptions, { timezone?: string; from?: number; count?: number }>(
  '`nextRuns`',
  {
    timezone: custom(),
    from: date({ rangeMs: Date.UTC(2900, 0), remedy: 'Give a valid `Date` before the year 2900.' }),
    count: integer({ max: 1000 }),
  },
)

/**
 * The coming ticks of a schedule by the local engine's rule, see `parseCron`.
 *
 * @throws {InvalidDefinitionError} when the schedule or the time zone is not usable.
 * @throws {InvalidOptionError} when `from` or `count` is not.
 */
export function nextRuns(schedule: string, options?: NextRunsOptions): Date[] {
  const { timezone = 'UTC', from = Date.now(), count: wanted = 5 } = nextRunsOptions.read(options)
  const { next } = parseCron(schedule, timezone, '`nextRuns`')
  const runs: Date[] = []
  for (let afterMs = from; runs.length < wanted;) {
    afterMs = next(afterMs)
    runs.push(new Date(afterMs))
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
      // One millisecond before its start, so that a tick at the start of a later segment counts.
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
      const tickMs = firstReading(timezone, localMs)
      // Not so in a repeated hour, whose times had their turn the first time round.
      if (tickMs > afterMs) return tickMs
    }
  }
}

/** The first instant at which the wall clock reads this local time, or has jumped over it. */
function firstReading(timezone: string, localMs: number): number {
  // A day before is early enough: no zone is a day ahead of UTC.
  for (let segment = offsetSegmentAt(timezone, localMs - dayMs); ; segment = offsetSegmentAt(timezone, segment.endMs)) {
    const readingMs = Math.max(segment.startMs, localMs - segment.offsetMs)
    if (readingMs < segment.endMs) return readingMs
  }
}

/** Keeps the last answer, which holds from the instant asked about up to the answer itself. */
function remembered(next: NextTick): NextTick {
  let askedMs = Number.NaN
  let tickMs = Number.NaN
  return (afterMs) => {
    if (!(afterMs >= askedMs && afterMs < tickMs)) {
      tickMs = next(afterMs)
      askedMs = afterMs
    }
    return tickMs
  }
}
