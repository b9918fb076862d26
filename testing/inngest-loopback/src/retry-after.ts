const maxRetryMs = 24 * 60 * 60_000
const minRetryMs = 1000

/**
 * Returns the time of the next attempt according to the header `retry-after`, epoch milliseconds. A number of seconds
 * counts from a truncated second. A time within a second or beyond a day becomes a second or a day from a truncated
 * second (pkg/execution/driver/httpdriver/parse.go).
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (!header) return undefined
  const second = Math.floor(nowMs / 1000) * 1000
  const seconds = header.length <= 7 && /^\d+$/.test(header) ? Number(header) : 0
  const at = seconds > 0 ? second + seconds * 1000 : Date.parse(header)
  if (Number.isNaN(at)) return undefined
  if (at - nowMs > maxRetryMs) return second + maxRetryMs
  return at - nowMs < minRetryMs ? second + minRetryMs : at
}
