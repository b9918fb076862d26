/** Difference of the server's clock that counts. The `date` header has whole seconds. */
const minOffsetMs = 2000

/**
 * Returns the delay that a response requests, in milliseconds, or `undefined` if it names none. Reads the header
 * `retry-after` (seconds or a date), otherwise `x-ratelimit-reset` (seconds, or an instant in epoch seconds or
 * milliseconds). Instants are by the server's clock, which its `date` header shows.
 *
 * @param now - the local time of the response, epoch milliseconds
 */
export function readRetryAfter(headers: Pick<Headers, 'get'>, now: number): number | undefined {
  const sentAt = Date.parse(headers.get('date') ?? '')
  const serverNow = Math.abs(sentAt - now) > minOffsetMs ? sentAt : now
  const retryAfter = headers.get('retry-after')
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
  const ms = retryAfter === null ? fromReset(reset, serverNow) : fromRetryAfter(retryAfter, serverNow)
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function fromRetryAfter(text: string, now: number): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
}

/** Distinguishes the forms of a reset by their size. */
function fromReset(reset: number, now: number): number {
  if (reset > 1e11) return reset - now
  return reset > 1e8 ? reset * 1000 - now : reset * 1000
}
