import { timeZone } from '../app/preferences.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** Returns a time such as `Nov 29, 2026, 14:03:09 UTC` in the chosen time zone. */
export function formatTime(time: number | string, detail: 'full' | 'short' | 'clock' | 'day' = 'full'): string {
  const zone = timeZone.value
  const key = `${zone} ${detail}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      ...(zone !== 'local' && { timeZone: zone }),
      ...(detail !== 'clock' && { month: 'short', day: 'numeric' }),
      ...(detail === 'full' && { year: 'numeric', timeZoneName: 'short' }),
      ...(detail !== 'day' && { hour: '2-digit', minute: '2-digit' }),
      ...((detail === 'full' || detail === 'short') && { second: '2-digit' }),
      hourCycle: 'h23',
    })
    if (formats.size > 50) formats.clear()
    formats.set(key, format)
  }
  return format.format(new Date(time))
}
