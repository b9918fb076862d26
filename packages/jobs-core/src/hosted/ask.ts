import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import { failureOfSilence } from './classify-failure.ts'
import { type Failure, RequestFailure } from './request-failure.ts'

/** A request; its signal aborts when its time is over. */
export type Request<T> = (signal: AbortSignal) => PromiseLike<T>

/** How an engine is asked. */
export interface AskOptions {
  readonly clock: Clock
  /** How many tries there are at most. Default 4. */
  readonly tries?: number
  /** Whether asking twice does no more than asking once. Default true. */
  readonly isRepeatable?: boolean
  /** From 0 up to 1: makes each pause longer by that part, so that processes ask at different instants. Default: none. */
  readonly jitter?: () => number
  /** Ends each try by the clock, for a request that has no timeout of its own. */
  readonly timeoutMs?: number
}

/** How long one request to an engine may take. */
export const requestTimeoutMs = 15_000
const firstPauseMs = 100
/** An engine that asks to be left alone for longer is not asked again. */
const longestPauseMs = 5000

/**
 * Asks an engine, and asks again where that may succeed.
 *
 * @throws {RequestFailure} of the last try; `mayBeDone` also where only an earlier try may have been accepted.
 */
export async function ask<T>(request: Request<T>, options: AskOptions): Promise<T> {
  const { clock, tries = 4, isRepeatable = true, jitter = () => 0, timeoutMs } = options
  let mayBeDone = false
  for (let tried = 1; ; tried++) {
    try {
      return await (timeoutMs === undefined ? request(new AbortController().signal) : inTime(request, clock, timeoutMs))
    } catch (thrown) {
      if (!(thrown instanceof RequestFailure)) throw thrown
      const { failure, cause } = thrown
      mayBeDone ||= failure.mayBeDone
      const pauseMs = pauseMsBefore(failure, firstPauseMs * 2 ** (tried - 1) * (1 + jitter()))
      const isLast = pauseMs === undefined || tried === tries || (mayBeDone && !isRepeatable)
      if (isLast) throw new RequestFailure({ ...failure, mayBeDone }, cause === undefined ? undefined : { cause })
      await pause(clock, pauseMs)
    }
  }
}

function pauseMsBefore({ isPassing, retryAfterMs }: Failure, ownMs: number): number | undefined {
  const pauseMs = retryAfterMs ?? ownMs
  return isPassing && pauseMs <= longestPauseMs ? pauseMs : undefined
}

/** A request that ignores its signal goes on unwatched. */
async function inTime<T>(request: Request<T>, clock: Clock, timeoutMs: number): Promise<T> {
  let stop = (): void => undefined
  const abort = new AbortController()
  const tooLate = new Promise<never>((_, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      reject(new RequestFailure(failureOfSilence(timeoutMs)))
      abort.abort()
    })
    stop = () => timer.cancel()
  })
  const answered = (async () => request(abort.signal))() // what it throws at once, it rejects with
  return Promise.race([answered, tooLate]).finally(() => stop())
}
