import { CronExpressionParser } from 'cron-parser'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const searchMs = 5 * 366 * 24 * hourMs // the search range of the vendor's library

/** The parsed expression of a cron trigger. */
export interface CronExpression {
  /** Returns the first tick after this instant, or undefined if there is none. */
  next(afterMs: number): number | undefined
}

/**
 * Parses five fields with an optional prefix `TZ=` or `CRON_TZ=`, in UTC without it. Throws on what the real server
 * rejects: shortcuts such as `@daily`, other numbers of fields, weekday 7, unknown time zones.
 *
 * Every minute whose local time matches is a tick: a local time skipped by a clock change has no tick, and one that
 * occurs twice has two (robfig/cron).
 */
export function parseCronExpression(text: string): CronExpression {
  const [, timeZone = 'UTC', expression = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/.exec(text.trim()) ?? []
  const parts = expression.split(/\s+/)
  if (parts.length !== 5) throw new Error(`expected exactly 5 fields, found ${parts.length}: ${expression}`)
  if (parts.some((part) => !/^[\d*/,\-?a-zA-Z]+$/.test(part))) throw new Error(`failed to parse: ${expression}`)
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string]
  if (/(^|[,-])7/.test(weekday)) throw new Error('end of range (7) above maximum (6)')

  const wallTimeAt = createWallTime(timeZone)
  // Day and month are parsed separately, because the library rejects dates that do not exist.
  const minutes = valuesOf(minute, '*', '*', '*', '*', 'minute')
  const hours = valuesOf('*', hour, '*', '*', '*', 'hour')
  const days = valuesOf('*', '*', day, '*', '*', 'dayOfMonth')
  const months = valuesOf('*', '*', '*', month, '*', 'month')
  const weekdays = valuesOf('*', '*', '*', '*', weekday, 'dayOfWeek')
  const eitherDay = !isStar(day) && !isStar(weekday)
  const fitsDay = (at: WallTime): boolean => {
    const [byDay, byWeekday] = [days.has(at.day), weekdays.has(at.weekday)]
    return months.has(at.month) && (eitherDay ? byDay || byWeekday : byDay && byWeekday)
  }

  return {
    next(afterMs) {
      let ms = (Math.floor(afterMs / minuteMs) + 1) * minuteMs
      for (const end = ms + searchMs; ms < end;) {
        const at = wallTimeAt(ms)
        if (!fitsDay(at)) ms += at.hour < 22 ? (22 - at.hour) * hourMs : (60 - at.minute) * minuteMs
        else if (!hours.has(at.hour)) ms += (60 - at.minute) * minuteMs
        else if (!minutes.has(at.minute)) ms += minuteMs
        else return ms
      }
      return undefined
    },
  }
}

const isStar = (part: string): boolean => /^[*?](\/1)?$/.test(part)

type Field = 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek'

function valuesOf(
  minute: string,
  hour: string,
  day: string,
  month: string,
  weekday: string,
  field: Field,
): Set<number> {
  const { fields } = CronExpressionParser.parse([minute, hour, day, month, weekday].join(' '))
  return new Set((fields[field].values as (number | 'L')[]).map(Number))
}

interface WallTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  /** 0 is Sunday. */
  readonly weekday: number
}

function createWallTime(timeZone: string): (ms: number) => WallTime {
  const names = ['month', 'day', 'hour', 'minute'] as const
  const options = { month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', weekday: 'short' } as const
  const format = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...options })
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    const [month, day, hour, minute] = names.map((name) => Number(parts.get(name))) as [number, number, number, number]
    const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday') ?? '')
    return { minute, hour, day, month, weekday }
  }
}
