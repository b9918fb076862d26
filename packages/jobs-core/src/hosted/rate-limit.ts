import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
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
  /** Waits for the time that the engine has requested, in the response to this request or to another one. */
  untilOpen(): Promise<void>
  /**
   * Records that the engine refused this request. Returns `undefined` if the request can be repeated after `untilOpen`,
   * otherwise the failure to report.
   */
  refused(failure: Failure): Failure | undefined
}

const firstPauseMs = 100
const maxPauseMs = 5000

/**
 * Creates the state of a rate limit. A request gives up after it has waited `maxWaitMs`, or once the engine has
 * accepted no request of the client for that time.
 */
export function createRateLimit(clock: Clock, maxWaitMs: number): RateLimit {
  let openAt = 0
  let refusedSince = 0
  let lastRefusedAt = Number.NEGATIVE_INFINITY

  return {
    accepted: () => void (lastRefusedAt = Number.NEGATIVE_INFINITY),

    begin() {
      let waitedMs = 0
      let refusals = 0
      return {
        async untilOpen() {
          for (;;) {
            const leftMs = openAt - clock.now()
            if (leftMs <= 0 || waitedMs + leftMs > maxWaitMs) return
            waitedMs += leftMs
            await pause(clock, leftMs)
          }
        },

        refused(failure) {
          const now = clock.now()
          if (now - lastRefusedAt > maxWaitMs) refusedSince = now
          lastRefusedAt = now
          // The requested delay can be 0 or too short, for example if the clocks differ.
          const backoffMs = Math.min(firstPauseMs * 2 ** refusals++, maxPauseMs)
          const pauseMs = Math.max(failure.retryAfterMs ?? 0, backoffMs)
          if (Math.max(waitedMs, now - refusedSince) + pauseMs > maxWaitMs) return withRemedy(failure, maxWaitMs)
          openAt = Math.max(openAt, now + pauseMs)
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
