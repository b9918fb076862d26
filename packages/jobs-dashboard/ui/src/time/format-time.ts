import { timeZone } from '../app/preferences.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** The parts of a time to show. `short` has seconds, `minute` has none. */
export type TimeDetail = 'full' | 'short' | 'minute' | 'clock' | 'day'

/**
 * Returns a time such as `Nov 29, 2026, 14:03:09 UTC` in the chosen time zone. Only `full` has the current year.
 * Returns a text that is no time unchanged, because an address can have any.
 */
export function formatTime(time: number | string, detail: TimeDetail = 'full'): string {
  const zone = timeZone.value
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time)
  const hasYear = detail === 'full' || (detail !== 'clock' && date.getFullYear() !== new Date().getFullYear())
  const key = `${zone} ${detail} ${hasYear}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      ...(zone !== 'local' && { timeZone: zone }),
      ...(detail !== 'clock' && { month: 'short', day: 'numeric' }),
      ...(hasYear && { year: 'numeric' }),
      ...(detail === 'full' && { timeZoneName: 'short' }),
      ...(detail !== 'day' && { hour: '2-digit', minute: '2-digit' }),
      ...((detail === 'full' || detail === 'short') && { second: '2-digit' }),
      hourCycle: 'h23',
    })
    if (formats.size > 50) formats.clear()
    formats.set(key, format)
  }
  return format.format(date)
}
