import type { Clock } from '../time/clock.ts'
import { awaitAtMost } from '../time/await-at-most.ts'
import { pause } from '../time/pause.ts'
import { permanentFailure, timeoutFailure } from './classify-failure.ts'
import { createRateLimit, type RateLimitedRequest } from './rate-limit.ts'
import { type Failure, RequestFailure } from './request-failure.ts'
import { createSlots } from '../runtime/slots.ts'

/** A request. Its signal aborts when the request times out. */
export type Request<T> = (signal: AbortSignal) => PromiseLike<T>

/** Options of a requester. */
export interface RequesterOptions {
  readonly clock: Clock
  /** Maximum number of concurrent requests. Others wait. Default 20. */
  readonly maxParallel?: number
  /**
   * Maximum time that a request waits because the engine limits the rate of requests (429), counted from its
   * begin. Default one minute.
   */
  readonly maxRateLimitWaitMs?: number | undefined
}

/** Options of one request. */
export interface RequestOptions {
  /** Maximum number of attempts, including the first. Refusals because of the rate limit do not count. Default 4. */
  readonly maxAttempts?: number
  /** Whether repeating the request has no further effect. Default true. */
  readonly isIdempotent?: boolean
  /** Whether the request changes something: `close` waits for it, and it fails after that. Default false. */
  readonly isChange?: boolean
  /**
   * Returns a number from 0 up to 1: each pause gets longer by that fraction, so that processes do not retry at the
   * same instant. Default: no jitter.
   */
  readonly jitter?: () => number
  /** Timeout of each attempt by the clock, for a request that has none itself. Default: no timeout. */
  readonly timeoutMs?: number
}

/** Makes the requests of a client to one engine. */
export interface Requester {
  /**
   * Makes a request and retries transient failures. Waits until the engine accepts requests again if it limits their
   * rate.
   *
   * @throws {RequestFailure} The failure of the last attempt. `mayHaveSucceeded` is true if any attempt may have
   * succeeded.
   */
  <T>(request: Request<T>, options?: RequestOptions): Promise<T>
  /**
   * Waits for the requested changes for at most `timeoutMs`. Changes that still wait then fail, as do later ones. Reads
   * still work.
   */
  close(timeoutMs: number): Promise<void>
}

/** Timeout of one request to an engine. */
export const requestTimeoutMs = 15_000
/** Maximum time that a request of a health check waits because of the rate limit. */
export const maxHealthWaitMs = 3000
const firstPauseMs = 100
/** Maximum pause before a retry. If the engine requests a longer one, the request fails. Rate limits and 503 are exempt. */
const maxPauseMs = 5000

/** Creates a requester: its requests share the slots and what is known about the rate limit. */
export function createRequester({ clock, maxParallel = 20, maxRateLimitWaitMs = 60_000 }: RequesterOptions): Requester {
  const slots = createSlots(maxParallel)
  const rateLimit = createRateLimit(clock, maxRateLimitWaitMs)
  const closing = new AbortController()
  const changes = new Set<Promise<unknown>>()

  /** Waits until the engine accepts requests, then takes a slot. Returns a function that frees the slot. */
  const takeTurn = async (limited: RateLimitedRequest, signal: AbortSignal | undefined): Promise<() => void> => {
    for (;;) {
      const leftMs = limited.leftMs()
      if (leftMs > 0) await pause(clock, leftMs, signal)
      if (signal?.aborted) return () => undefined
      const release = await slots.take()
      // Another request may have been refused in the meantime.
      if (signal?.aborted || limited.leftMs() <= 0) return release
      release()
    }
  }

  const retry = async <T>(request: Request<T>, options: RequestOptions): Promise<T> => {
    const { maxAttempts = 4, isIdempotent = true, isChange = false, jitter = () => 0, timeoutMs } = options
    const signal = isChange ? closing.signal : undefined
    const limited = rateLimit.begin()
    let mayHaveSucceeded = false
    let attempt = 1
    for (;;) {
      const release = await takeTurn(limited, signal)
      let pauseMs: number | undefined
      try {
        if (signal?.aborted) throw new RequestFailure(permanentFailure(closedProblem))
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
        if (isLimit(failure)) {
          const refusal = limited.refused(failure)
          if (refusal) throw giveUp(refusal)
        } else {
          pauseMs = retryPauseMs(failure, firstPauseMs * 2 ** (attempt - 1) * (1 + jitter()))
          if (pauseMs === undefined || attempt === maxAttempts) throw giveUp(failure)
          attempt++
        }
      } finally {
        release()
      }
      if (pauseMs !== undefined) await pause(clock, pauseMs, signal)
    }
  }

  const untilIdle = async (): Promise<void> => {
    while (changes.size > 0) {
      await Promise.allSettled(changes)
      await clock.yield() // a call can make several requests
    }
  }

  const requester = async <T>(request: Request<T>, options: RequestOptions = {}): Promise<T> => {
    const result = retry(request, options)
    if (!options.isChange) return result
    changes.add(result)
    try {
      return await result
    } finally {
      changes.delete(result)
    }
  }

  return Object.assign(requester, {
    async close(timeoutMs: number) {
      await awaitAtMost(clock, timeoutMs, untilIdle())
      closing.abort()
    },
  })
}

const closedProblem = 'the client was closed while the request waited'

/** Returns true if the engine limits the rate, or is away and says for how long. */
function isLimit({ status, retryAfterMs = 0 }: Failure): boolean {
  return status === 429 || (status === 503 && retryAfterMs > maxPauseMs)
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
