import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import { timeoutFailure } from './classify-failure.ts'
import { createRateLimit } from './rate-limit.ts'
import { type Failure, RequestFailure } from './request-failure.ts'
import { createSlots } from './slots.ts'

/** A request. Its signal aborts when the request times out. */
export type Request<T> = (signal: AbortSignal) => PromiseLike<T>

/** Options of a requester. */
export interface RequesterOptions {
  readonly clock: Clock
  /** Maximum number of concurrent requests, including those that wait for a retry. Others wait. Default 20. */
  readonly maxParallel?: number
  /** Maximum time that a request waits because the engine limits the rate of requests (429). Default one minute. */
  readonly maxRateLimitWaitMs?: number | undefined
}

/** Options of one request. */
export interface RequestOptions {
  /** Maximum number of attempts, including the first. Refusals because of the rate limit do not count. Default 4. */
  readonly maxAttempts?: number
  /** Whether repeating the request has no further effect. Default true. */
  readonly isIdempotent?: boolean
  /**
   * Returns a number from 0 up to 1: each pause gets longer by that fraction, so that processes do not retry at the
   * same instant. Default: no jitter.
   */
  readonly jitter?: () => number
  /** Timeout of each attempt by the clock, for a request that has none itself. Default: no timeout. */
  readonly timeoutMs?: number
}

/**
 * Makes a request to an engine and retries transient failures. Waits until the engine accepts requests again if it
 * limits their rate.
 *
 * @throws {RequestFailure} The failure of the last attempt. `mayHaveSucceeded` is true if any attempt may have
 * succeeded.
 */
export type Requester = <T>(request: Request<T>, options?: RequestOptions) => Promise<T>

/** Timeout of one request to an engine. */
export const requestTimeoutMs = 15_000
const firstPauseMs = 100
/** Maximum pause before a retry. If the engine requests a longer one, the request fails. Rate limits are exempt. */
const maxPauseMs = 5000

/** Creates the requester that all requests of a client to one engine share. */
export function createRequester({ clock, maxParallel = 20, maxRateLimitWaitMs = 60_000 }: RequesterOptions): Requester {
  const slots = createSlots(maxParallel)
  const rateLimit = createRateLimit(clock, maxRateLimitWaitMs)

  const retry = async <T>(request: Request<T>, options: RequestOptions): Promise<T> => {
    const { maxAttempts = 4, isIdempotent = true, jitter = () => 0, timeoutMs } = options
    const limited = rateLimit.begin()
    let mayHaveSucceeded = false
    let attempt = 1
    for (;;) {
      try {
        await limited.untilOpen()
        const result = await (timeoutMs === undefined
          ? request(new AbortController().signal)
          : withTimeout(request, clock, timeoutMs))
        rateLimit.accepted()
        return result
      } catch (thrown) {
        if (!(thrown instanceof RequestFailure)) throw thrown
        const { failure, cause } = thrown
        mayHaveSucceeded ||= failure.mayHaveSucceeded
        const giveUp = (last: Failure) =>
          new RequestFailure({ ...last, mayHaveSucceeded }, cause === undefined ? undefined : { cause })
        if (mayHaveSucceeded && !isIdempotent) throw giveUp(failure)
        if (failure.status === 429) {
          const refusal = limited.refused(failure)
          if (refusal) throw giveUp(refusal)
          continue
        }
        const pauseMs = retryPauseMs(failure, firstPauseMs * 2 ** (attempt - 1) * (1 + jitter()))
        if (pauseMs === undefined || attempt === maxAttempts) throw giveUp(failure)
        attempt++
        await pause(clock, pauseMs)
      }
    }
  }

  return async (request, options = {}) => {
    const release = await slots.take()
    try {
      return await retry(request, options)
    } finally {
      release()
    }
  }
}

/** Returns `undefined` if a retry cannot help. */
function retryPauseMs({ isTransient, retryAfterMs }: Failure, backoffMs: number): number | undefined {
  const pauseMs = retryAfterMs ?? backoffMs
  return isTransient && pauseMs <= maxPauseMs ? pauseMs : undefined
}

/** Does not wait for a request that ignores its signal. */
async function withTimeout<T>(request: Request<T>, clock: Clock, timeoutMs: number): Promise<T> {
  let stop = (): void => undefined
  const abort = new AbortController()
  const timedOut = new Promise<never>((_, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      reject(new RequestFailure(timeoutFailure(timeoutMs)))
      abort.abort()
    })
    stop = () => timer.cancel()
  })
  const response = (async () => request(abort.signal))() // turns a synchronous throw into a rejection
  return Promise.race([response, timedOut]).finally(() => stop())
}
