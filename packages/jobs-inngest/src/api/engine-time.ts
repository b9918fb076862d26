/** How far the server's clock is from ours, as its answers tell. */
export interface EngineTime {
  /** Takes note of an answer to a request that was made between two instants of our clock. */
  note(headers: Headers, askedAt: number, answeredAt: number): void
  /** Milliseconds to add to our time; 0 while they agree as far as can be told, and `undefined` before any answer. */
  offsetMs(): number | undefined
  /** Whether an answer told the time so shortly before that it still holds: clocks drift, and are set. */
  isFresh(now: number): boolean
  /** How long an answer takes: what is told to the server may be as old when it comes. */
  roundTripMs(): number
}

/** The `Date` header counts whole seconds: what is smaller than this may be its rounding. */
const noticedMs = 2000
/** What is left, with each answer, of a slow one before. */
const forgetting = 0.9
/** One answer that took seconds must not make what is told after it late by as much. */
const longestTripMs = 500
const freshMs = 30_000

/** A record of how the server's clock differs. It is corrected for only where it is plainly wrong. */
export function createEngineTime(): EngineTime {
  let offset: number | undefined
  let notedAt: number | undefined
  let roundTrip = 0
  return {
    note(headers, askedAt, answeredAt) {
      const tookMs = answeredAt - askedAt
      roundTrip = Math.min(Math.max(tookMs, roundTrip * forgetting), longestTripMs)
      const told = Date.parse(headers.get('date') ?? '')
      if (Number.isNaN(told)) return
      const measured = told + 500 - (askedAt + answeredAt) / 2
      // Half a second for the rounding and the way there is added, so that nothing comes too early.
      const marginMs = 500 + tookMs / 2
      // A slow answer may have been written at any instant of its way.
      offset = Math.abs(measured) < noticedMs || Math.abs(measured) <= marginMs ? 0 : Math.ceil(measured + marginMs)
      notedAt = answeredAt
    },
    offsetMs: () => offset,
    // Where our own clock was set back, nothing is known either.
    isFresh: (now) => notedAt !== undefined && Math.abs(now - notedAt) <= freshMs,
    roundTripMs: () => Math.ceil(roundTrip),
  }
}
