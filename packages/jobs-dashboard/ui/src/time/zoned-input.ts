import { timeZone } from '../app/preferences.ts'

/** Returns an ISO time as the value of a `datetime-local` field in the chosen time zone. */
export function toInput(iso: unknown): string {
  const time = typeof iso === 'string' ? Date.parse(iso) : Number.NaN
  return Number.isNaN(time) ? '' : new Date(time + offsetMs(time)).toISOString().slice(0, 19)
}

/** Returns the ISO time of a `datetime-local` field in the chosen time zone; `undefined` for an empty one. */
export function fromInput(text: string): string | undefined {
  const wall = Date.parse(`${text}Z`)
  if (Number.isNaN(wall)) return undefined
  const guess = wall - offsetMs(wall)
  return new Date(wall - offsetMs(guess)).toISOString()
}

/** Returns how far the clocks of the chosen time zone are ahead of UTC at a time. */
function offsetMs(time: number): number {
  const zone = timeZone.value
  if (zone === 'local') return -new Date(time).getTimezoneOffset() * 60_000
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(time)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - Math.floor(time / 1000) * 1000
}
