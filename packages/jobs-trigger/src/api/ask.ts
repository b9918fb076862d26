import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import { type Failure, RequestFailure } from './request-failure.ts'
import { ofSilence, toFailure } from './to-failure.ts'

/** A request; its signal aborts where it is waited for no longer. */
export type Request<T> = (signal: AbortSignal) => PromiseLike<T>

/** How something is asked. */
export interface AskOptions {
  readonly clock: Clock
  /** Where the server is, for messages. */
  readonly origin: string
  /** Whether asking twice does no more than asking once. */
  readonly isRepeatable: boolean
}

/** After so long a try is given up. */
export const timeoutMs = 15_000
const tries = 4
const firstPauseMs = 100
/** The longest that asking again is waited for. A server that asks for more is not asked before, nor waited for. */
const longestPauseMs = 5000

/**
 * Asks until there is an answer that asking again would not mend. The SDK's own loop is turned off: it asks for up to a
 * minute, and tells in the end of the last try alone.
 *
 * @throws {RequestFailure} of the last try, which knows of the ones before whether they may have been accepted.
 */
export async function ask<T>(request: Request<T>, { clock, origin, isRepeatable }: AskOptions): Promise<T> {
  let maybe = false
  for (let tried = 1; ; tried++) {
    try {
      return await inTime(request, clock)
    } catch (cause) {
      const failure = cause instanceof RequestFailure ? cause.failure : toFailure(cause, origin, clock.now())
      maybe ||= failure.maybe
      const pauseMs = isRepeatable || !maybe ? pauseMsBefore(failure, firstPauseMs * 2 ** (tried - 1)) : undefined
      if (pauseMs === undefined || tried === tries) throw new RequestFailure({ ...failure, maybe }, { cause })
      await pause(clock, pauseMs)
    }
  }
}

function pauseMsBefore({ isPassing, retryAfterMs }: Failure, ownMs: number): number | undefined {
  const pauseMs = retryAfterMs ?? ownMs
  return isPassing && pauseMs <= longestPauseMs ? pauseMs : undefined
}

/** The SDK takes no signal: a request of its that takes too long goes on unwatched. One of our own is dropped. */
async function inTime<T>(request: Request<T>, clock: Clock): Promise<T> {
  let stop = (): void => undefined
  const abort = new AbortController()
  const tooLate = new Promise<never>((_, reject) => {
    const timer = clock.setTimer(timeoutMs, () => {
      reject(new RequestFailure(ofSilence(timeoutMs)))
      abort.abort()
    })
    stop = () => timer.cancel()
  })
  const answered = (async () => request(abort.signal))() // what it throws at once, it fails with
  return Promise.race([answered, tooLate]).finally(() => stop())
}
