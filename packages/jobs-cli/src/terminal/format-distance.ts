import { formatDuration } from './format-duration.ts'

/** Formats the distance of an instant from now: `3m 20s ago` or `in 2h`. */
export function formatDistance(date: Date, now: number): string {
  const ms = now - date.getTime()
  return ms >= 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`
}
