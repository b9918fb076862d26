import { type Clock, elapsedOf } from '../time/clock.ts'
import type { Failure } from './request-failure.ts'

/** The state of an engine's rate limit, shared by the requests of a client. */
export interface RateLimit {
  /** Begins a request. */
  begin(): RateLimitedRequest
  /** Records that the engine accepted a request. */
  accepted(): void
}

/** A request that the engine can refuse because of its rate limit. */
export interface RateLimitedRequest {
  /**
   * Returns the time to wait before the request, in milliseconds; 0 or less if it can be sent. The engine requested
   * that time in its response to this request or to another one.
   */
  leftMs(): number
  /**
   * Records that the engine refused this request. Returns `undefined` if the request can be repeated after `leftMs`,
   * otherwise the failure to report.
   */
  refused(failure: Failure): Failure | undefined
}

const firstPauseMs = 100
const maxPauseMs = 5000

/**
 * Creates the state of a rate limit. A request gives up `maxWaitMs` after it began, or once the engine has accepted no
 * request of the client for that time.
 */
export function createRateLimit(clock: Clock, maxWaitMs: number): RateLimit {
  const elapsed = (): number => elapsedOf(clock)
  let openAt = Number.NEGATIVE_INFINITY
  let refusedSince = 0
  let lastRefusedAt = Number.NEGATIVE_INFINITY

  return {
    accepted: () => void (lastRefusedAt = Number.NEGATIVE_INFINITY),

    begin() {
      const beganAt = elapsed()
      /** The end of this request's own pause, never after `openAt`. */
      let ownOpenAt = Number.NEGATIVE_INFINITY
      let refusals = 0
      return {
        leftMs: () => (openAt - beganAt > maxWaitMs ? ownOpenAt : openAt) - elapsed(),

        refused(failure) {
          const now = elapsed()
          if (now - lastRefusedAt > maxWaitMs) refusedSince = now
          lastRefusedAt = now
          // The requested delay can be 0 or too short, for example if the clocks differ.
          const backoffMs = Math.min(firstPauseMs * 2 ** refusals++, maxPauseMs)
          const pauseMs = Math.max(failure.retryAfterMs ?? 0, backoffMs)
          ownOpenAt = now + pauseMs
          if (ownOpenAt - Math.min(beganAt, refusedSince) > maxWaitMs) return withRemedy(failure, maxWaitMs)
          openAt = Math.max(openAt, ownOpenAt)
          return undefined
        },
      }
    },
  }
}

function withRemedy(failure: Failure, maxWaitMs: number): Failure {
  const { retryAfterMs } = failure
  const when = retryAfterMs ? `in ${Math.ceil(retryAfterMs / 1000)} s` : 'later'
  const remedy = `Try again ${when}, send fewer requests, or raise \`maxRateLimitWait\` (${maxWaitMs / 1000} s).`
  return { ...failure, remedy }
}
