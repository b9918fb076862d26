import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import { timeoutFailure } from './classify-failure.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

/** A request. Its signal aborts when the request times out. */
export type Request<T> = (signal: AbortSignal) => PromiseLike<T>

/** Options of `requestWithRetry`. */
export interface RequestRetryOptions {
  readonly clock: Clock
  /** Maximum attempts, the first one included. Default 4. */
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

/** Timeout of one request to an engine. */
export const requestTimeoutMs = 15_000
const firstPauseMs = 100
/** Maximum pause before a retry. If the engine wants a longer one, the request fails. */
const maxPauseMs = 5000

/**
 * Makes a request to an engine and retries transient failures.
 *
 * @throws {RequestFailure} The failure of the last attempt. `mayHaveSucceeded` is true if any attempt may have
 * succeeded.
 */
export async function requestWithRetry<T>(request: Request<T>, options: RequestRetryOptions): Promise<T> {
  const { clock, maxAttempts = 4, isIdempotent = true, jitter = () => 0, timeoutMs } = options
  let mayHaveSucceeded = false
  for (let attempt = 1; ; attempt++) {
    try {
      return await (timeoutMs === undefined
        ? request(new AbortController().signal)
        : withTimeout(request, clock, timeoutMs))
    } catch (thrown) {
      if (!(thrown instanceof RequestFailure)) throw thrown
      const { failure, cause } = thrown
      mayHaveSucceeded ||= failure.mayHaveSucceeded
      const pauseMs = retryPauseMs(failure, firstPauseMs * 2 ** (attempt - 1) * (1 + jitter()))
      const isLast = pauseMs === undefined || attempt === maxAttempts || (mayHaveSucceeded && !isIdempotent)
      if (isLast)
        throw new RequestFailure({ ...failure, mayHaveSucceeded }, cause === undefined ? undefined : { cause })
      await pause(clock, pauseMs)
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
