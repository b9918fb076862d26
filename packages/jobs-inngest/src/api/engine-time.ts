/** Measures the difference of the server's clock from its responses. */
export interface EngineTime {
  /** Records a response, with the local times of its request and its receipt. */
  record(headers: Headers, requestedAt: number, receivedAt: number): void
  /**
   * Returns the server's clock minus the local clock, milliseconds: 0 below the precision of the measurement,
   * `undefined` before the first response.
   */
  offsetMs(): number | undefined
  /** Whether the last measurement is recent enough. Clocks drift and can be set. */
  isFresh(now: number): boolean
  /** Returns the duration of a request, milliseconds. A message can be this old when it reaches the server. */
  roundTripMs(): number
}

/** Minimum difference that counts. The `Date` header has whole seconds, so a smaller one can be rounding. */
const minOffsetMs = 2000
/** Factor by which an earlier slow response counts less with each new one. */
const decay = 0.9
/** Maximum recorded duration, so that one slow response does not delay later attempts by seconds. */
const maxRoundTripMs = 500
const freshMs = 30_000

/** Creates a measurement of the server's clock. It reports only differences that are certain. */
export function createEngineTime(): EngineTime {
  let offset: number | undefined
  let recordedAt: number | undefined
  let roundTrip = 0
  return {
    record(headers, requestedAt, receivedAt) {
      const durationMs = receivedAt - requestedAt
      roundTrip = Math.min(Math.max(durationMs, roundTrip * decay), maxRoundTripMs)
      const serverTime = Date.parse(headers.get('date') ?? '')
      if (Number.isNaN(serverTime)) return
      const measured = serverTime + 500 - (requestedAt + receivedAt) / 2
      // The margin covers the rounding and the unknown moment within the request. It makes attempts late rather than
      // early.
      const marginMs = 500 + durationMs / 2
      offset = Math.abs(measured) < minOffsetMs || Math.abs(measured) <= marginMs ? 0 : Math.ceil(measured + marginMs)
      recordedAt = receivedAt
    },
    offsetMs: () => offset,
    // The absolute value also covers a local clock that was set back.
    isFresh: (now) => recordedAt !== undefined && Math.abs(now - recordedAt) <= freshMs,
    roundTripMs: () => Math.ceil(roundTrip),
  }
}
